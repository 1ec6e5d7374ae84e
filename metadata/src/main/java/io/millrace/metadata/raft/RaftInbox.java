package io.millrace.metadata.raft;

import java.util.function.Consumer;
import org.apache.kafka.common.message.FetchSnapshotResponseData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.UnalignedMemoryRecords;
import org.apache.kafka.raft.KafkaRaftClient;
import org.apache.kafka.raft.RaftRequest;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Puts requests into the raft client's queue and makes of what comes back an answer that can be
/// written. Any thread; answers come on the loop `raft`.
final class RaftInbox {

  private static final Logger LOG = LoggerFactory.getLogger(RaftInbox.class);

  private final KafkaRaftClient<ApiMessageAndVersion> client;
  private final KafkaTime time;

  RaftInbox(KafkaRaftClient<ApiMessageAndVersion> client, KafkaTime time) {
    this.client = client;
    this.time = time;
  }

  /// @param listener the listener that the request came in on, or would have
  /// @param onResponse gets the answer once
  void deliver(
      ListenerName listener,
      RequestHeaderData header,
      ApiMessage request,
      Consumer<ApiMessage> onResponse) {
    RaftRequest.Inbound inbound =
        new RaftRequest.Inbound(
            listener,
            header.correlationId(),
            header.requestApiVersion(),
            request,
            time.milliseconds());
    inbound.completion.whenComplete((response, failure) -> {
      if (failure == null) {
        onResponse.accept(encodable(response.data()));
      } else {
        LOG.warn("A {} of the quorum failed", ApiKeys.forId(request.apiKey()), failure);
        onResponse.accept(RaftGate.errorResponse(request, Errors.forException(failure)));
      }
    });
    client.handle(inbound);
  }

  /// The client leaves out the records of a FetchSnapshot that it refuses, and without any the
  /// answer cannot be written.
  private static ApiMessage encodable(ApiMessage response) {
    if (response instanceof FetchSnapshotResponseData snapshot) {
      snapshot.topics().stream()
          .flatMap(topic -> topic.partitions().stream())
          .filter(partition -> partition.unalignedRecords() == null)
          .forEach(partition -> partition.setUnalignedRecords(UnalignedMemoryRecords.empty()));
    }
    return response;
  }
}
