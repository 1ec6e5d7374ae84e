package io.millrace.metadata.raft;

import io.millrace.metadata.QuorumEndpoints;
import io.millrace.metadata.QuorumSettings;
import io.millrace.metadata.format.ClusterFormatter;
import io.millrace.metadata.format.FormatOutcome;
import io.millrace.metadata.format.FormatRequest;
import io.millrace.metadata.format.InitialControllers;
import io.millrace.metadata.format.NodeIdentity;
import io.millrace.runtime.virtual.VirtualNode;
import io.millrace.runtime.virtual.VirtualWorld;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.metadata.FeatureLevelRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.raft.BatchReader;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.apache.kafka.raft.RaftClient;
import org.apache.kafka.server.common.ApiMessageAndVersion;
import org.apache.kafka.server.common.MetadataVersion;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.apache.kafka.snapshot.SnapshotReader;

/// Quorums of raft hosts on virtual machines, whose state machine is the list of topic names that
/// were committed.
public final class RaftStage {

  public static final long SECOND = 1_000_000_000;
  static final Path DATA = Path.of("/data");

  private static final String CLUSTER = "3Db5QLSqSZieL3rJBUUegA";
  public static final int PORT = 9093;

  private final VirtualWorld world;
  private final int voters;
  private final Map<String, Object> overrides = new LinkedHashMap<>();
  private final Map<Integer, Voter> running = new TreeMap<>();
  private final Map<Integer, UnaryOperator<ApiMessage>> answers = new LinkedHashMap<>();
  private BiConsumer<Voter, LeaderAndEpoch> leaderListener = (_, _) -> {};

  public RaftStage(long seed, int voters) {
    this.world = VirtualWorld.builder(seed).build();
    this.voters = voters;
  }

  RaftStage with(String name, Object value) {
    overrides.put(name, value);
    return this;
  }

  /// Changes what a voter answers to others; set before its start.
  RaftStage answering(int id, UnaryOperator<ApiMessage> change) {
    answers.put(id, change);
    return this;
  }

  /// Told whenever a voter hears of a leader; set before the start.
  public void onLeaderChange(BiConsumer<Voter, LeaderAndEpoch> listener) {
    leaderListener = listener;
  }

  public VirtualWorld world() {
    return world;
  }

  /// One process: a raft host, its listener, its port.
  public final class Voter implements RaftClient.Listener<ApiMessageAndVersion> {
    final int id;
    final VirtualNode node;
    final RaftHost raft;
    final List<String> committed = new ArrayList<>();
    final List<Throwable> faults = new ArrayList<>();
    int snapshotsLoaded;
    LeaderAndEpoch leader = LeaderAndEpoch.UNKNOWN;

    Voter(int id) {
      this.id = id;
      this.node = world.node(name(id));
      try {
        NodeIdentity identity = identity(node, id);
        this.raft =
            RaftHost.open(
                node,
                settings(id),
                identity,
                new QuorumEndpoints(List.of(endpoint(id)), List.of()),
                (_, cause) -> faults.add(cause));
        var change = answers.getOrDefault(id, UnaryOperator.identity());
        node.network().listen("", PORT, () -> new RaftServer(raft, change));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      raft.client().register(this);
      raft.start();
    }

    public int id() {
      return id;
    }

    public VirtualNode node() {
      return node;
    }

    public RaftHost raft() {
      return raft;
    }

    /// As last heard.
    public LeaderAndEpoch leader() {
      return leader;
    }

    public boolean leads() {
      return leader.isLeader(id);
    }

    /// Gives the record to the raft client, as the active controller does.
    void append(String name) {
      raft.client().prepareAppend(leader.epoch(), List.of(record(name)));
      raft.client().schedulePreparedAppend();
    }

    @Override
    public void handleCommit(BatchReader<ApiMessageAndVersion> reader) {
      try (reader) {
        while (reader.hasNext()) {
          note(reader.next().records());
        }
      }
    }

    @Override
    public void handleLoadSnapshot(SnapshotReader<ApiMessageAndVersion> reader) {
      try (reader) {
        committed.clear();
        snapshotsLoaded++;
        while (reader.hasNext()) {
          note(reader.next().records());
        }
      }
    }

    private void note(List<ApiMessageAndVersion> records) {
      for (ApiMessageAndVersion record : records) {
        if (record.message() instanceof TopicRecord topic) {
          committed.add(topic.name());
        }
      }
    }

    @Override
    public void handleLoadBootstrap(SnapshotReader<ApiMessageAndVersion> reader) {
      reader.close();
    }

    @Override
    public void handleLeaderChange(LeaderAndEpoch changed) {
      leader = changed;
      leaderListener.accept(this, changed);
    }
  }

  /// What a start asks of every snapshot.
  static ApiMessageAndVersion metadataVersion() {
    return new ApiMessageAndVersion(
        new FeatureLevelRecord()
            .setName(MetadataVersion.FEATURE_NAME)
            .setFeatureLevel(MetadataVersion.latestProduction().featureLevel()),
        (short) 0);
  }

  static ApiMessageAndVersion record(String name) {
    return new ApiMessageAndVersion(
        new TopicRecord().setName(name).setTopicId(new Uuid(1, name.hashCode())), (short) 0);
  }

  public Voter start(int id) {
    Voter voter = new Voter(id);
    running.put(id, voter);
    return voter;
  }

  public void startAll() {
    for (int id = 1; id <= voters; id++) {
      start(id);
    }
  }

  public Voter voter(int id) {
    Voter voter = running.get(id);
    if (voter == null) {
      throw new IllegalStateException(id + " does not run");
    }
    return voter;
  }

  public void kill(Voter voter) {
    voter.node.kill();
    running.remove(voter.id);
  }

  void powerOff(Voter voter) {
    voter.node.powerOff();
    running.remove(voter.id);
  }

  /// Runs until one of the running voters leads, and gives it.
  public Voter awaitLeader() {
    world.runUntil(() -> running.values().stream().anyMatch(Voter::leads), 60 * SECOND);
    return running.values().stream().filter(Voter::leads).findFirst().orElseThrow();
  }

  /// Runs until every running voter has committed exactly these.
  void awaitCommitted(List<String> names) {
    world.runUntil(
        () -> running.values().stream().allMatch(it -> it.committed.equals(names)), 60 * SECOND);
  }

  private NodeIdentity identity(VirtualNode node, int id) {
    FormatOutcome outcome =
        ClusterFormatter.prepare(
            node,
            new FormatRequest(
                id,
                List.of(DATA),
                DATA,
                true,
                List.of(endpoint(id)),
                Map.of(),
                List.of(),
                CLUSTER,
                voters == 1
                    ? new InitialControllers.Standalone()
                    : new InitialControllers.Listed(initialControllers()),
                Map.of(),
                null,
                false));
    if (outcome instanceof FormatOutcome.Refused refused) {
      throw new AssertionError(refused.problems());
    }
    return ((FormatOutcome.Ready) outcome).identity();
  }

  private String initialControllers() {
    StringJoiner list = new StringJoiner(",");
    for (int id = 1; id <= voters; id++) {
      list.add(id + "@" + name(id) + ":" + PORT + ":" + new Uuid(77, id));
    }
    return list.toString();
  }

  private QuorumSettings settings(int id) {
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("process.roles", "broker,controller");
    properties.put("node.id", String.valueOf(id));
    properties.put("controller.listener.names", "CONTROLLER");
    if (voters > 1) {
      StringJoiner servers = new StringJoiner(",");
      for (int other = 1; other <= voters; other++) {
        servers.add(name(other) + ":" + PORT);
      }
      properties.put("controller.quorum.bootstrap.servers", servers.toString());
    }
    properties.putAll(overrides);
    return new QuorumSettings(
        new AbstractConfig(AbstractKafkaConfig.CONFIG_DEF, properties, false));
  }

  /// The machine of a voter.
  public static String name(int id) {
    return "n" + id;
  }

  private static Endpoint endpoint(int id) {
    return new Endpoint("CONTROLLER", SecurityProtocol.PLAINTEXT, name(id), PORT);
  }
}
