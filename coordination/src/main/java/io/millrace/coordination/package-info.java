/// The `coordination` room.
@org.jspecify.annotations.NullMarked
package io.millrace.coordination;
