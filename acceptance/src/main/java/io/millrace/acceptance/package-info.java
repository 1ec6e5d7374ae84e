/// The `acceptance` room.
@org.jspecify.annotations.NullMarked
package io.millrace.acceptance;
