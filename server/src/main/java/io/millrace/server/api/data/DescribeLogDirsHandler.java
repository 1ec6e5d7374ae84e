package io.millrace.server.api.data;

import io.millrace.log.LogDirectory;
import io.millrace.replication.DirectoryMoves;
import io.millrace.replication.Partition;
import io.millrace.replication.Partitions;
import io.millrace.runtime.Disk;
import io.millrace.runtime.Workers;
import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData.DescribableLogDirTopic;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsPartition;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsResult;
import org.apache.kafka.common.message.DescribeLogDirsResponseData.DescribeLogDirsTopic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.server.config.ServerLogConfigs;

/// DescribeLogDirs, versions 1 to 5: the log directories of this broker, their volumes and what
/// lies in them. Asks the file system, so it works on a worker.
public final class DescribeLogDirsHandler implements ApiHandler<DescribeLogDirsRequestData> {

  private final Partitions partitions;
  private final Supplier<List<String>> cordoned;
  private final Disk disk;
  private final Workers workers;

  /// @param cordoned `cordoned.log.dirs` as it is in force
  public DescribeLogDirsHandler(
      Partitions partitions, Supplier<List<String>> cordoned, Disk disk, Workers workers) {
    this.partitions = partitions;
    this.cordoned = cordoned;
    this.disk = disk;
    this.workers = workers;
  }

  @Override
  public void handle(Request request, DescribeLogDirsRequestData body, Responder out) {
    workers.execute(() -> {
      try {
        out.respond(answer(body));
      } catch (RuntimeException e) {
        out.fail(e);
      }
    });
  }

  private DescribeLogDirsResponseData answer(DescribeLogDirsRequestData body) {
    List<Partition> hosted = partitions.table().partitions();
    DescribeLogDirsResponseData response = new DescribeLogDirsResponseData();
    for (LogDirectory directory : partitions.directories().directories()) {
      response.results().add(describe(directory, hosted, body));
    }
    return response;
  }

  private DescribeLogDirsResult describe(
      LogDirectory directory, List<Partition> hosted, DescribeLogDirsRequestData body) {
    DescribeLogDirsResult result =
        new DescribeLogDirsResult().setLogDir(directory.path().toAbsolutePath().toString());
    if (!directory.isOnline()) {
      return result.setErrorCode(Errors.KAFKA_STORAGE_ERROR.code());
    }
    try {
      result.setTotalBytes(disk.totalBytes(directory.path()));
      result.setUsableBytes(disk.usableBytes(directory.path()));
    } catch (IOException e) {
      return result.setErrorCode(Errors.KAFKA_STORAGE_ERROR.code());
    }
    Map<String, DescribeLogDirsTopic> byTopic = new LinkedHashMap<>();
    for (Partition partition : hosted) {
      if (partition.hosted().directory() == directory
          && isAsked(body, partition.topicPartition())) {
        byTopic
            .computeIfAbsent(
                partition.id().topic(), name -> new DescribeLogDirsTopic().setName(name))
            .partitions()
            .add(describe(partition));
      }
    }
    for (DirectoryMoves.Arriving arriving : partitions.moves().arriving(directory)) {
      if (isAsked(body, arriving.partition())) {
        byTopic
            .computeIfAbsent(
                arriving.partition().topic(), name -> new DescribeLogDirsTopic().setName(name))
            .partitions()
            .add(
                new DescribeLogDirsPartition()
                    .setPartitionIndex(arriving.partition().partition())
                    .setPartitionSize(arriving.size())
                    .setOffsetLag(arriving.lag())
                    .setIsFutureKey(true));
      }
    }
    return result.setTopics(List.copyOf(byTopic.values())).setIsCordoned(isCordoned(directory));
  }

  private boolean isCordoned(LogDirectory directory) {
    List<String> names = cordoned.get();
    return names.contains(ServerLogConfigs.CORDONED_LOG_DIRS_ALL)
        || names.contains(directory.path().toString());
  }

  private static boolean isAsked(DescribeLogDirsRequestData body, TopicPartition partition) {
    if (body.topics() == null) {
      return true;
    }
    DescribableLogDirTopic topic = body.topics().find(partition.topic());
    return topic != null && topic.partitions().contains(partition.partition());
  }

  private static DescribeLogDirsPartition describe(Partition partition) {
    DescribeLogDirsPartition answer =
        new DescribeLogDirsPartition()
            .setPartitionIndex(partition.id().partition())
            .setOffsetLag(0)
            .setIsFutureKey(false);
    try {
      partition.guarded(log -> answer.setPartitionSize(log.size()));
    } catch (IOException e) {
      answer.setPartitionSize(-1);
    }
    return answer;
  }
}
