package io.millrace.simulation.client;

import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// What one client knows of the cluster, and its connections to it. As the real clients, it does
/// not go back to an older leader epoch, whoever tells of it. Lives on one loop.
final class ClusterClient {

  private static final int NONE = -1;
  private static final long RETRY_NANOS = 50_000_000L;

  private final World world;
  private final EventLoop loop;
  private final String name;
  private final RandomGenerator random;
  private final List<WireClient> bootstrap = new ArrayList<>();
  private final Map<Integer, WireClient> brokers = new TreeMap<>();
  private final Map<Integer, WireClient> coordinators = new TreeMap<>();
  private final Map<String, Uuid> topicIds = new TreeMap<>();
  private final Map<Uuid, String> topicNames = new TreeMap<>();
  private final Map<String, Leader[]> leaders = new TreeMap<>();
  private final int patienceMs;
  private int bootstrapTurn;

  /// A partition's leader as last told.
  private record Leader(int id, int epoch) {}

  /// @param bootstrap `host:port` of some nodes
  ClusterClient(World world, EventLoop loop, String name, List<String> bootstrap) {
    this(world, loop, name, bootstrap, WireClient.PATIENCE_MS);
  }

  /// @param patienceMs how long a request may go unanswered before its connection counts as dead
  ClusterClient(World world, EventLoop loop, String name, List<String> bootstrap, int patienceMs) {
    this.patienceMs = patienceMs;
    this.world = world;
    this.loop = loop;
    this.name = name;
    this.random = world.entropy().stream("client " + name);
    this.bootstrapTurn = random.nextInt(bootstrap.size());
    for (String address : bootstrap) {
      int colon = address.lastIndexOf(':');
      this.bootstrap.add(
          wire(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))));
    }
  }

  private WireClient wire(String host, int port) {
    return new WireClient(world, loop, name, host, port, patienceMs);
  }

  EventLoop loop() {
    return loop;
  }

  String name() {
    return name;
  }

  RandomGenerator random() {
    return random;
  }

  /// Runs the step after a backoff of 50 to 100 ms.
  void later(Runnable step) {
    loop.schedule(RETRY_NANOS + random.nextLong(RETRY_NANOS), step);
  }

  /// Asks some node; the next one at each call, as one may be down.
  void toAny(ApiKeys api, ApiMessage request, Consumer<@Nullable ApiMessage> onAnswer) {
    bootstrapTurn = (bootstrapTurn + 1) % bootstrap.size();
    bootstrap.get(bootstrapTurn).send(api, request, onAnswer);
  }

  /// The connection to a broker that metadata or a coordinator lookup has named.
  WireClient broker(int id) {
    WireClient broker = brokers.get(id);
    if (broker == null) {
      throw new IllegalStateException("no metadata has named broker " + id);
    }
    return broker;
  }

  /// A second connection to that broker, for what may wait long or must not wait.
  WireClient coordinator(int id) {
    return coordinators.computeIfAbsent(id, _ -> broker(id).another());
  }

  boolean knows(int brokerId) {
    return brokers.containsKey(brokerId);
  }

  /// Brings the topics' metadata up to date.
  ///
  /// @param then gets whether all the topics were there, each partition with a leader
  void refresh(Collection<String> topics, Consumer<Boolean> then) {
    MetadataRequestData request = new MetadataRequestData().setAllowAutoTopicCreation(false);
    List<MetadataRequestData.MetadataRequestTopic> asked = new ArrayList<>();
    for (String topic : topics) {
      asked.add(new MetadataRequestData.MetadataRequestTopic().setName(topic));
    }
    request.setTopics(asked);
    toAny(
        ApiKeys.METADATA,
        request,
        answer -> then.accept(answer instanceof MetadataResponseData data && learn(data)));
  }

  private boolean learn(MetadataResponseData data) {
    for (MetadataResponseData.MetadataResponseBroker broker : data.brokers()) {
      learnBroker(broker.nodeId(), broker.host(), broker.port());
    }
    boolean complete = true;
    for (MetadataResponseData.MetadataResponseTopic topic : data.topics()) {
      if (topic.errorCode() == Errors.NONE.code()) {
        complete &= learn(topic);
      } else {
        complete = false;
      }
    }
    return complete;
  }

  void learnBroker(int id, String host, int port) {
    if (!brokers.containsKey(id)) {
      brokers.put(id, wire(host, port));
    }
  }

  /// A broker has hinted who leads now.
  void learnLeader(TopicPartition partition, int id, int epoch) {
    Leader[] now = leaders.get(partition.topic());
    if (now != null && now[partition.partition()].epoch() < epoch) {
      now[partition.partition()] = new Leader(id, epoch);
    }
  }

  private boolean learn(MetadataResponseData.MetadataResponseTopic topic) {
    Uuid known = topicIds.put(topic.name(), topic.topicId());
    topicNames.put(topic.topicId(), topic.name());
    if (known != null && !known.equals(topic.topicId())) {
      leaders.remove(topic.name());
    }
    Leader[] now = leaders.get(topic.name());
    if (now == null || now.length < topic.partitions().size()) {
      Leader[] more = new Leader[topic.partitions().size()];
      if (now != null) {
        System.arraycopy(now, 0, more, 0, now.length);
      }
      now = more;
      leaders.put(topic.name(), now);
    }
    boolean complete = true;
    for (MetadataResponseData.MetadataResponsePartition partition : topic.partitions()) {
      Leader before = now[partition.partitionIndex()];
      if (before == null || before.epoch() <= partition.leaderEpoch()) {
        now[partition.partitionIndex()] = new Leader(partition.leaderId(), partition.leaderEpoch());
      }
      complete &= partition.leaderId() >= 0;
    }
    return complete;
  }

  /// The leader's id, or -1 when none is known.
  int leader(TopicPartition partition) {
    Leader leader = leaderOf(partition);
    return leader == null || !brokers.containsKey(leader.id()) ? NONE : leader.id();
  }

  /// The leader's epoch, or -1.
  int leaderEpoch(TopicPartition partition) {
    Leader leader = leaderOf(partition);
    return leader == null ? NONE : leader.epoch();
  }

  private @Nullable Leader leaderOf(TopicPartition partition) {
    Leader[] known = leaders.get(partition.topic());
    return known == null || partition.partition() >= known.length
        ? null
        : known[partition.partition()];
  }

  Uuid topicId(String topic) {
    return topicIds.getOrDefault(topic, Uuid.ZERO_UUID);
  }

  @Nullable String topicName(Uuid id) {
    return topicNames.get(id);
  }

  int partitions(String topic) {
    Leader[] known = leaders.get(topic);
    return known == null ? 0 : known.length;
  }
}
