package io.millrace.server.api;

import io.millrace.server.request.Request;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.protocol.ApiMessage;

/// Takes what a broker may not decide to the active controller: by a call where that is this node,
/// over the network otherwise.
@FunctionalInterface
public interface Forwarder {

  /// Does `body` on behalf of `request`'s principal. Does not wait; the stage completes on any
  /// thread with the API's response, or exceptionally with the reason that the whole request
  /// failed.
  ///
  /// @param request tells API, version, client and principal
  /// @param body the body to act on, which may be only a part of the client's
  CompletionStage<ApiMessage> forward(Request request, ApiMessage body);
}
