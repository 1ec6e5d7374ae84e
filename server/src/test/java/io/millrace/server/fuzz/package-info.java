/// Bad input: requests of every API in every version, made from the protocol's schemas, then
/// broken. What must follow is an answer or a closed connection; never a fault of ours, a hang, a
/// leak, or memory that the input's size does not justify. `docs/decisions` says why the mutations
/// are our own.
@NullMarked
package io.millrace.server.fuzz;

import org.jspecify.annotations.NullMarked;
