/// What no well-behaved client sends, or sees: bytes on a socket.
@org.jspecify.annotations.NullMarked
package io.millrace.acceptance.wire;
