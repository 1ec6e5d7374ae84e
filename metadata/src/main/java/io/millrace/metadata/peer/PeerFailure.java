package io.millrace.metadata.peer;

/// Why a request to another node has no answer, or a connection ended.
///
/// @param reason for logs
public record PeerFailure(Kind kind, String reason) {

  /// What kind of failure it was.
  public enum Kind {
    /// Nobody listens there: the machine lives and says so. Nothing was sent.
    REFUSED,
    /// No connection came about, for any other reason: silence, an unknown host. Nothing was sent.
    UNREACHABLE,
    /// The connection ended before the answer. The request may have taken effect.
    CLOSED,
    /// No answer in time; the connection was given up. The request may have taken effect.
    TIMED_OUT,
    /// The other node knows no version of this API that we do. Nothing was sent.
    UNSUPPORTED,
    /// The answer cannot be understood. The request may have taken effect.
    MALFORMED
  }

  @Override
  public String toString() {
    return kind + ": " + reason;
  }
}
