package io.millrace.server.request;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.jspecify.annotations.Nullable;

/// How each API says that a request failed as a whole: by Kafka's own request classes, which know
/// where each of their errors goes (every topic, every partition, or the top).
///
/// The body is encoded and parsed again to get there, so this is for the rare path only.
public final class ErrorResponses {

  private ErrorResponses() {}

  /// The answer that reports `cause`, or null where the API has none (the connection must be closed
  /// then).
  public static @Nullable ApiMessage of(
      ApiKeys api, short version, ApiMessage body, Throwable cause) {
    AbstractRequest request =
        AbstractRequest.parseRequest(api, version, MessageUtil.toByteBufferAccessor(body, version))
            .request;
    AbstractResponse response = request.getErrorResponse(0, unwrap(cause));
    return response == null ? null : response.data();
  }

  /// The reason inside the wrappers that futures put around it.
  public static Throwable unwrap(Throwable thrown) {
    Throwable cause = thrown;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
