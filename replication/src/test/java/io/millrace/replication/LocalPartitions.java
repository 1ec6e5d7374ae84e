package io.millrace.replication;

import io.millrace.log.HostedLog;
import io.millrace.log.LogConfig;
import io.millrace.log.LogDirectories;
import io.millrace.log.LogDirectoriesConfig;
import io.millrace.log.LogEnvironment;
import io.millrace.log.LogReports;
import io.millrace.log.segment.RottenRange;
import io.millrace.runtime.real.RealWorld;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;

/// Partitions on the real disk, in a log directory of their own, on a broker that never lags, fails
/// or flushes.
final class LocalPartitions {

  private final RealWorld world;
  private final LogDirectories directories;

  LocalPartitions(RealWorld world, Path directory) throws IOException {
    this.world = world;
    String identity = "version=1\nnode.id=1\ndirectory.id=" + new Uuid(3, 4) + "\n";
    world
        .disk()
        .replace(directory.resolve("meta.properties"), identity.getBytes(StandardCharsets.UTF_8));
    directories =
        LogDirectories.open(world, new LogDirectoriesConfig(List.of(directory), 1), (_, _) -> {});
  }

  Partition make(TopicIdPartition id, int brokerId) throws IOException {
    HostedLog hosted =
        directories.create(
            new LogEnvironment(world, LogReports.NONE),
            id.topicPartition(),
            id.topicId(),
            directories.directories().getFirst(),
            LogConfig.DEFAULTS);
    Partition made = new Partition(id, brokerId, hosted, 0, new QuietHost(world));
    directories.attach(id.topicPartition(), made);
    return made;
  }

  /// Hosts partitions that never lag, fail or flush.
  private record QuietHost(RealWorld world) implements ReplicaHost {
    @Override
    public ReplicationQuotas quotas() {
      return new ReplicationQuotas(world.clock(), settings());
    }

    @Override
    public ReplicationSettings settings() {
      return ReplicationSettings.DEFAULTS;
    }

    @Override
    public long nanos() {
      return world.clock().nanos();
    }

    @Override
    public boolean mayJoinIsr(int brokerId, long brokerEpoch) {
      return true;
    }

    @Override
    public boolean hearsOfMetadata() {
      return true;
    }

    @Override
    public void onProposal(Partition partition) {}

    @Override
    public void requestFlush(Partition partition) {}

    @Override
    public void storeLogStart(Partition partition) {}

    @Override
    public void onDiskFailure(Partition partition, IOException cause) {
      throw new AssertionError(cause);
    }

    @Override
    public void maintain(Partition partition, LogDirectories.DiskStep step) throws IOException {
      step.run();
    }

    @Override
    public void suspect(Partition partition, long offset) {}

    @Override
    public void repair(Partition partition, RottenRange range) {}

    @Override
    public void later(Runnable step) {
      step.run();
    }
  }
}
