package io.millrace.server.request;

import org.jspecify.annotations.Nullable;

/// A request's header as it stands in front of a [WireHandler]'s body. One instance a connection,
/// overwritten by the next request.
public final class WireHeader {

  short version;
  int correlationId;
  @Nullable String clientId;

  public short version() {
    return version;
  }

  public int correlationId() {
    return correlationId;
  }

  /// As the client calls itself; null when it does not.
  public @Nullable String clientId() {
    return clientId;
  }
}
