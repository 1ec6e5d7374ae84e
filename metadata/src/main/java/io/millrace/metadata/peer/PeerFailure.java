package io.millrace.metadata.peer;

import java.net.ConnectException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

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

  /// What [io.millrace.runtime.Network#connect] has failed by.
  public static PeerFailure whileConnecting(@Nullable Throwable cause) {
    String reason = cause == null ? "closed" : String.valueOf(cause);
    // The kernel's other reasons for not connecting come in the same class.
    boolean refused =
        cause instanceof ConnectException && reason.toLowerCase(Locale.ROOT).contains("refused");
    return new PeerFailure(refused ? Kind.REFUSED : Kind.UNREACHABLE, reason);
  }

  @Override
  public String toString() {
    return kind + ": " + reason;
  }
}
