/// What a process and the machine spent, read from `/proc` (Linux). No state of its own: two
/// snapshots and their difference.
@NullMarked
package io.millrace.benchmark.proc;

import org.jspecify.annotations.NullMarked;
