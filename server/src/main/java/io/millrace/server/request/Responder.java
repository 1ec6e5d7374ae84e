package io.millrace.server.request;

import org.apache.kafka.common.protocol.ApiMessage;

/// Where one request's answer goes. Exactly one of the methods is called, once, from any thread;
/// the connection sends answers in the order of its requests.
public interface Responder {

  /// Answers with `response`, which is encoded in the request's version and belongs to the
  /// connection from now on.
  void respond(ApiMessage response);

  /// Answers as the API reports a failure of the whole request (see [ErrorResponses]); where the
  /// API cannot express one, the connection is closed.
  void fail(Throwable cause);
}
