package io.millrace.metadata.peer;

/// Hears how a connection fares, whatever is asked over it. Called on the connection's loop, after
/// those who asked have been told.
public interface PeerObserver {

  /// For those who need not know.
  PeerObserver NONE = new PeerObserver() {};

  /// The other node has answered ApiVersions: it serves.
  default void onConnected() {}

  /// A connection that was open has ended, by the other side or for want of an answer; never by
  /// [PeerConnection#close].
  default void onDisconnected(PeerFailure why) {}

  /// No connection came about. [PeerFailure.Kind#REFUSED] is the only proof that no process
  /// listens.
  default void onConnectFailed(PeerFailure why) {}
}
