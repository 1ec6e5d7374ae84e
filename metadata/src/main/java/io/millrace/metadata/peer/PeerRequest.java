package io.millrace.metadata.peer;

import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractRequest;

/// What to ask of another node: an API, the versions that may be spoken, and the body for the one
/// that the other node knows best.
///
/// @param oldestVersion lowest version that is meant
/// @param latestVersion highest version that is meant
public record PeerRequest(ApiKeys api, short oldestVersion, short latestVersion, Body body) {

  /// Makes the body once the version is known.
  @FunctionalInterface
  public interface Body {
    ApiMessage at(short version);
  }

  /// The same body in any stable version.
  public static PeerRequest of(ApiMessage body) {
    ApiKeys api = ApiKeys.forId(body.apiKey());
    return new PeerRequest(api, api.oldestVersion(), api.latestVersion(false), _ -> body);
  }

  /// A body that Kafka's builder adapts to the version.
  public static PeerRequest of(AbstractRequest.Builder<?> builder) {
    return new PeerRequest(
        builder.apiKey(),
        builder.oldestAllowedVersion(),
        builder.latestAllowedVersion(),
        version -> builder.build(version).data());
  }
}
