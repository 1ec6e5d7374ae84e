package io.millrace.server.api.data;

import io.millrace.replication.FetchSessions;
import io.millrace.server.request.WireConnection;
import io.millrace.server.request.WireHandler;
import io.millrace.server.request.WireHeader;
import io.millrace.server.request.WireReader;
import java.util.function.IntSupplier;

/// Fetch, versions 4 to 18, with incremental sessions (KIP-227) and long polling: records leave as
/// slices of the log's files, never touched here.
public final class FetchHandler implements WireHandler {

  private final ClusterTopics topics;
  private final FetchSessions sessions;
  private final IntSupplier maxFetchBytes;

  /// @param maxFetchBytes `fetch.max.bytes` of the broker
  public FetchHandler(ClusterTopics topics, FetchSessions sessions, IntSupplier maxFetchBytes) {
    this.topics = topics;
    this.sessions = sessions;
    this.maxFetchBytes = maxFetchBytes;
  }

  @Override
  public void handle(WireConnection connection, WireHeader header, WireReader in) {
    FetchRequest request = FetchRequest.read(in, header.version());
    request.maxBytes = Math.min(request.maxBytes, maxFetchBytes.getAsInt());
    request.minBytes = Math.min(request.minBytes, request.maxBytes);
    FetchSessions.Context context =
        sessions.open(
            request.sessionId,
            request.sessionEpoch,
            request.topicIds(),
            request.fromFollower(),
            request.partitions,
            request.forgotten);
    FetchAnswer answer =
        new FetchAnswer(connection, header.correlationId(), request, context, topics);
    connection.enqueue(answer);
    answer.start();
  }
}
