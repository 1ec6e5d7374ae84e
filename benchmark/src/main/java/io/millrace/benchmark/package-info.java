/// The `benchmark` room.
@org.jspecify.annotations.NullMarked
package io.millrace.benchmark;
