/// The `simulation` room.
@org.jspecify.annotations.NullMarked
package io.millrace.simulation;
