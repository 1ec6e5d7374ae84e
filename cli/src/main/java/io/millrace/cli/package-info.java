/// The `cli` room.
@org.jspecify.annotations.NullMarked
package io.millrace.cli;
