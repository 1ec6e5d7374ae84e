package io.millrace.server.api.data;

import io.millrace.replication.Partitions;
import io.millrace.runtime.Workers;
import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDir;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData.AlterReplicaLogDirTopic;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData.AlterReplicaLogDirPartitionResult;
import org.apache.kafka.common.message.AlterReplicaLogDirsResponseData.AlterReplicaLogDirTopicResult;
import org.apache.kafka.common.protocol.Errors;

/// AlterReplicaLogDirs, versions 1 to 2: begins moves of this broker's replicas between its log
/// directories. How far they are, DescribeLogDirs tells.
public final class AlterReplicaLogDirsHandler
    implements ApiHandler<AlterReplicaLogDirsRequestData> {

  private final Partitions partitions;
  private final Workers workers;

  public AlterReplicaLogDirsHandler(Partitions partitions, Workers workers) {
    this.partitions = partitions;
    this.workers = workers;
  }

  @Override
  public void handle(Request request, AlterReplicaLogDirsRequestData body, Responder out) {
    workers.execute(() -> {
      try {
        out.respond(answer(body));
      } catch (RuntimeException e) {
        out.fail(e);
      }
    });
  }

  private AlterReplicaLogDirsResponseData answer(AlterReplicaLogDirsRequestData body) {
    Map<String, AlterReplicaLogDirTopicResult> results = new LinkedHashMap<>();
    for (AlterReplicaLogDir directory : body.dirs()) {
      for (AlterReplicaLogDirTopic topic : directory.topics()) {
        AlterReplicaLogDirTopicResult result =
            results.computeIfAbsent(
                topic.name(), name -> new AlterReplicaLogDirTopicResult().setTopicName(name));
        for (int index : topic.partitions()) {
          Errors error =
              partitions
                  .moves()
                  .request(
                      partitions.table(),
                      new TopicPartition(topic.name(), index),
                      directory.path());
          result
              .partitions()
              .add(
                  new AlterReplicaLogDirPartitionResult()
                      .setPartitionIndex(index)
                      .setErrorCode(error.code()));
        }
      }
    }
    return new AlterReplicaLogDirsResponseData().setResults(List.copyOf(results.values()));
  }
}
