/// The `metadata` room.
@org.jspecify.annotations.NullMarked
package io.millrace.metadata;
