/// The request path: framing, decoding, dispatch and answers in order, on the connection's loop.
///
/// An API is one [io.millrace.server.request.ApiHandler]. It is called on the loop of the
/// connection that the request came in on, must not wait there, and answers through its
/// [io.millrace.server.request.Responder], now or later and from any thread.
@NullMarked
package io.millrace.server.request;

import org.jspecify.annotations.NullMarked;
