package io.millrace.metadata.controller;

import io.millrace.runtime.EventLoop;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.ApiMessage;

/// The way of this node's own requests (registration, heartbeats, AlterPartition, producer ids) to
/// the active controller, local or remote. Thread-safe.
public interface ControllerChannel {

  /// Sends one request in the given version and posts how it ended to `loop`, exactly once.
  void send(ApiMessage request, short version, EventLoop loop, Consumer<ControllerReply> onReply);
}
