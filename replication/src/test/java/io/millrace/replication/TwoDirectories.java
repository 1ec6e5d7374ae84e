package io.millrace.replication;

import io.millrace.log.FutureLogs;
import io.millrace.log.HostedLog;
import io.millrace.log.LogConfig;
import io.millrace.log.LogDirectories;
import io.millrace.log.LogDirectoriesConfig;
import io.millrace.log.LogDirectory;
import io.millrace.log.LogEnvironment;
import io.millrace.log.LogReports;
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
import org.jspecify.annotations.Nullable;

/// A broker with two log directories that leads one partition, of which it has the only replica.
/// The metadata has it in the first directory until it is told otherwise.
final class TwoDirectories implements ReplicaHost {

  static final TopicIdPartition ID = new TopicIdPartition(new Uuid(1, 2), 0, "orders");
  static final Path FIRST = Path.of("/first");
  static final Path SECOND = Path.of("/second");

  private static final long PATIENCE_NANOS = 60_000_000_000L;
  private static final int BROKER = 1;

  private final VirtualWorld world;
  private final LogConfig config;
  final VirtualNode node;
  final LogDirectories directories;
  final ReplicationQuotas quotas;
  final DirectoryMoves moves;
  final List<Uuid> reported = new ArrayList<>();
  final List<RottenRange> repairs = new ArrayList<>();
  @Nullable Partition partition;
  boolean hearsOfMetadata = true;
  boolean storesLogStarts = true;

  /// Boots the machine with what its disk has kept.
  ///
  /// @param placed where the metadata has the replica
  TwoDirectories(VirtualWorld world, LogConfig config, Path placed) throws IOException {
    this.world = world;
    this.config = config;
    this.node = world.node("broker");
    identify(FIRST);
    identify(SECOND);
    directories =
        LogDirectories.open(
            node,
            new LogDirectoriesConfig(List.of(FIRST, SECOND), BROKER),
            (_, cause) -> {
              throw new UncheckedIOException(cause);
            });
    quotas = new ReplicationQuotas(node.clock(), settings());
    LogEnvironment environment = new LogEnvironment(node, LogReports.NONE);
    moves =
        new DirectoryMoves(
            directories,
            environment,
            quotas.directories(),
            node.loops().getFirst(),
            moved -> reported.add(moved.hosted().directory().id()));
    Uuid home = idOf(placed);
    boolean[] loaded = new boolean[1];
    directories.load(
        environment,
        _ -> config,
        (tp, _, directory) ->
            directory.id().equals(home) || directories.futures().hasLeft(home, tp),
        node.loops().getFirst(),
        (_, _) -> loaded[0] = true);
    world.runUntil(() -> loaded[0], PATIENCE_NANOS);
    host(environment, home);
  }

  private void host(LogEnvironment environment, Uuid home) throws IOException {
    LogDirectory first = java.util.Objects.requireNonNull(directories.directory(home));
    HostedLog hosted = directories.log(ID.topicPartition());
    if (hosted == null) {
      hosted = directories.create(environment, ID.topicPartition(), ID.topicId(), first, config);
    }
    Partition made = new Partition(ID, BROKER, hosted, hosted.log().logEndOffset(), this);
    directories.attach(ID.topicPartition(), made);
    int[] alone = {BROKER};
    made.apply(new LeaderState(BROKER, 0, 0, alone, alone, false), new TopicSettings(config, 1));
    partition = made;
    for (FutureLogs.Found found : directories.futures().takeFound()) {
      moves.resume(made, found);
    }
  }

  private void identify(Path path) throws IOException {
    Path meta = path.resolve("meta.properties");
    if (!node.disk().exists(meta)) {
      node.disk().createDirectories(path);
      String identity = "version=1\nnode.id=1\ndirectory.id=" + idOf(path) + "\n";
      node.disk().replace(meta, identity.getBytes(StandardCharsets.UTF_8));
      node.disk().syncDirectory(Path.of("/"));
    }
  }

  static Uuid idOf(Path path) {
    return new Uuid(7, path.toString().length());
  }

  Partition partition() {
    return java.util.Objects.requireNonNull(partition);
  }

  /// Begins the move to the second directory.
  void move() {
    moves.start(partition(), java.util.Objects.requireNonNull(directories.directory(idOf(SECOND))));
  }

  boolean hasMoved() {
    return partition().hosted().directory().path().equals(SECOND);
  }

  void awaitMoved() {
    world.runUntil(this::hasMoved, PATIENCE_NANOS);
  }

  /// The partition's folders, but those on their way out.
  List<String> folders() throws IOException {
    List<String> found = new ArrayList<>();
    for (Path path : List.of(FIRST, SECOND)) {
      for (String name : node.disk().list(path)) {
        if (name.startsWith("orders-0") && !name.endsWith("-delete")) {
          found.add(path.resolve(name).toString());
        }
      }
    }
    return found;
  }

  @Override
  public ReplicationSettings settings() {
    return ReplicationSettings.DEFAULTS;
  }

  @Override
  public ReplicationQuotas quotas() {
    return quotas;
  }

  @Override
  public long nanos() {
    return world.nanos();
  }

  @Override
  public boolean mayJoinIsr(int brokerId, long brokerEpoch) {
    return true;
  }

  @Override
  public boolean hearsOfMetadata() {
    return hearsOfMetadata;
  }

  @Override
  public void onProposal(Partition from) {}

  @Override
  public void requestFlush(Partition from) {
    directories.requestFlush(from.topicPartition());
  }

  @Override
  public void storeLogStart(Partition from) {
    if (storesLogStarts) {
      from.onLogStartStored(from.logStartOffset());
    }
  }

  @Override
  public void onDiskFailure(Partition from, IOException cause) {
    throw new UncheckedIOException(cause);
  }

  @Override
  public void maintain(Partition from, LogDirectories.DiskStep step) throws IOException {
    directories.maintain(from.topicPartition(), step);
  }

  @Override
  public void suspect(Partition partition, long offset) {}

  @Override
  public void repair(Partition partition, RottenRange range) {
    repairs.add(range);
  }

  @Override
  public void later(Runnable step) {
    node.loops().getFirst().execute(step);
  }
}
