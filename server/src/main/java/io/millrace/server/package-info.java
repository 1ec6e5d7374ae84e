/// The `server` room.
@org.jspecify.annotations.NullMarked
package io.millrace.server;
