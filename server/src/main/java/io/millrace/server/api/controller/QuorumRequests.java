package io.millrace.server.api.controller;

import java.util.function.Consumer;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiMessage;

/// Takes requests of the quorum to the one who answers them (`RaftHost::handle`). Any thread.
@FunctionalInterface
public interface QuorumRequests {

  /// @param onResponse gets the answer once, on any thread
  void handle(
      ListenerName listener,
      RequestHeaderData header,
      ApiMessage request,
      Consumer<ApiMessage> onResponse);
}
