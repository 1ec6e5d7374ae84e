package io.millrace.server.api.data;

import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import org.apache.kafka.common.message.DeleteRecordsRequestData;

/// DeleteRecords, versions 0 to 2: raises the start of partitions that are led here, and answers
/// when no replica that counts can bring back what lies below ([RecordDeletion]).
public final class DeleteRecordsHandler implements ApiHandler<DeleteRecordsRequestData> {

  private final ClusterTopics topics;

  public DeleteRecordsHandler(ClusterTopics topics) {
    this.topics = topics;
  }

  @Override
  public void handle(Request request, DeleteRecordsRequestData body, Responder out) {
    new RecordDeletion(topics, request.connection().loop(), out).start(body);
  }
}
