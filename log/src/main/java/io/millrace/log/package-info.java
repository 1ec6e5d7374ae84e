/// The `log` room.
@org.jspecify.annotations.NullMarked
package io.millrace.log;
