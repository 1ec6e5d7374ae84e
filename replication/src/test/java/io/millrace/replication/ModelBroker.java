package io.millrace.replication;

import io.millrace.log.HostedLog;
import io.millrace.log.LogConfig;
import io.millrace.log.LogDirectories;
import io.millrace.log.LogDirectoriesConfig;
import io.millrace.log.LogEnvironment;
import io.millrace.log.LogRead;
import io.millrace.log.LogReports;
import io.millrace.log.PartitionLog;
import io.millrace.log.segment.RottenRange;
import io.millrace.runtime.virtual.VirtualNode;
import io.millrace.runtime.virtual.VirtualWorld;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.jspecify.annotations.Nullable;

/// One broker of a [ReplicaSetRun]: a virtual machine with a log directory and one partition.
final class ModelBroker implements ReplicaHost {

  static final TopicIdPartition ID = new TopicIdPartition(new Uuid(7, 7), 0, "orders");
  private static final Path DIRECTORY = Path.of("/data");

  final int id;
  private final VirtualWorld world;
  private final ModelController controller;
  private final LogConfig config;
  private final int minIsr;
  private final ReplicationSettings settings;
  private @Nullable VirtualNode node;
  private @Nullable LogDirectories directories;
  private @Nullable LogStarts logStarts;
  private @Nullable Partition partition;

  /// How much of the metadata has arrived here.
  private int seen;

  long epoch = -1;

  ModelBroker(
      int id,
      VirtualWorld world,
      ModelController controller,
      LogConfig config,
      int minIsr,
      ReplicationSettings settings) {
    this.id = id;
    this.world = world;
    this.controller = controller;
    this.config = config;
    this.minIsr = minIsr;
    this.settings = settings;
  }

  boolean alive() {
    return partition != null;
  }

  Partition partition() {
    Partition here = partition;
    if (here == null) {
      throw new IllegalStateException(id + " is down");
    }
    return here;
  }

  /// Boots the machine and loads what its disk has kept.
  void start() {
    VirtualNode machine = world.node("broker-" + id);
    node = machine;
    epoch = controller.register(id);
    seen = 0;
    try {
      Path meta = DIRECTORY.resolve("meta.properties");
      if (!machine.disk().exists(meta)) {
        machine.disk().createDirectories(DIRECTORY);
        String identity = "version=1\nnode.id=" + id + "\ndirectory.id=" + new Uuid(1, id) + "\n";
        machine.disk().replace(meta, identity.getBytes(StandardCharsets.UTF_8));
        machine.disk().syncDirectory(Path.of("/"));
      }
      LogDirectories opened =
          LogDirectories.open(
              machine,
              new LogDirectoriesConfig(List.of(DIRECTORY), id),
              (directory, cause) -> {
                throw new UncheckedIOException(cause);
              });
      directories = opened;
      logStarts = new LogStarts(opened, machine.workers(), machine.loops().getFirst());
      LogEnvironment environment = new LogEnvironment(machine, new Reports(opened));
      boolean[] loaded = new boolean[1];
      opened.load(
          environment,
          _ -> config,
          (_, _, _) -> true,
          machine.loops().getFirst(),
          (_, failure) -> {
            if (failure != null) {
              throw new UncheckedIOException(failure);
            }
            loaded[0] = true;
          });
      world.runUntil(() -> loaded[0], 60_000_000_000L);
      HostedLog hosted = opened.log(ID.topicPartition());
      if (hosted == null) {
        hosted =
            opened.create(
                environment,
                ID.topicPartition(),
                ID.topicId(),
                opened.directories().getFirst(),
                config);
      }
      Partition made =
          new Partition(
              ID, id, hosted, opened.checkpointedHighWatermark(ID.topicPartition()), this);
      opened.attach(ID.topicPartition(), made);
      opened.start(machine.loops().getFirst());
      partition = made;
      // A broker serves when it has read the metadata up to the moment of its start.
      made.apply(controller.now(), topic());
      seen = controller.history().size();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private TopicSettings topic() {
    return new TopicSettings(config, minIsr);
  }

  void kill(boolean withPower) {
    VirtualNode machine = node;
    if (machine != null) {
      if (withPower) {
        machine.powerOff();
      } else {
        machine.kill();
      }
    }
    node = null;
    partition = null;
    directories = null;
    logStarts = null;
  }

  /// Lets some of the metadata arrive that is under way.
  void deliver(int most) {
    for (int i = 0; i < most && seen < controller.history().size(); i++) {
      partition().apply(controller.history().get(seen++), topic());
    }
  }

  /// Every batch of the log below `end`, oldest first.
  List<StoredBatch> batches(long end) {
    List<StoredBatch> found = new ArrayList<>();
    try {
      partition().guarded(log -> read(log, end, found));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  private static void read(PartitionLog log, long end, List<StoredBatch> into) throws IOException {
    long next = log.logStartOffset();
    while (next < end) {
      if (!(log.read(next, 1 << 20, end, true) instanceof LogRead.Data data)) {
        throw new IOException("nothing at " + next + " of " + end);
      }
      for (RecordBatch batch : data.loadRecords().batches()) {
        into.add(StoredBatch.of(batch));
        next = batch.nextOffset();
      }
    }
  }

  @Override
  public ReplicationQuotas quotas() {
    return new ReplicationQuotas(world.clock(), settings);
  }

  @Override
  public ReplicationSettings settings() {
    return settings;
  }

  @Override
  public long nanos() {
    return world.nanos();
  }

  @Override
  public boolean mayJoinIsr(int brokerId, long brokerEpoch) {
    return controller.mayJoin(brokerId, brokerEpoch);
  }

  @Override
  public boolean hearsOfMetadata() {
    return true;
  }

  @Override
  public void onProposal(Partition from) {
    controller.onProposal(this, from);
  }

  @Override
  public void requestFlush(Partition from) {
    LogDirectories here = directories;
    if (here != null) {
      here.requestFlush(from.topicPartition());
    }
  }

  @Override
  public void storeLogStart(Partition from) {
    LogStarts here = logStarts;
    if (here != null) {
      here.request(from);
    }
  }

  @Override
  public void onDiskFailure(Partition from, IOException cause) {
    throw new UncheckedIOException(cause);
  }

  @Override
  public void maintain(Partition from, LogDirectories.DiskStep step) throws IOException {
    LogDirectories here = directories;
    if (here != null) {
      here.maintain(from.topicPartition(), step);
    }
  }

  @Override
  public void suspect(Partition partition, long offset) {}

  @Override
  public void repair(Partition partition, RottenRange range) {}

  @Override
  public void later(Runnable step) {
    VirtualNode machine = node;
    if (machine != null) {
      machine.loops().getFirst().execute(step);
    }
  }

  @Override
  public String toString() {
    return "broker " + id;
  }

  private record Reports(LogDirectories directories) implements LogReports {
    @Override
    public void damaged(Path log, RottenRange range) {}

    @Override
    public void rebuilt(Path file, String reason) {}

    @Override
    public void recoveryPointLowered(PartitionLog log) throws IOException {
      directories.lowerRecoveryPoint(log);
    }
  }
}
