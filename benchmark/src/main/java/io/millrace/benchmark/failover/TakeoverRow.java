package io.millrace.benchmark.failover;

import io.millrace.benchmark.broker.BrokerCluster;
import io.millrace.benchmark.broker.BrokerUnderTest;
import io.millrace.benchmark.load.LoadException;
import io.millrace.benchmark.proc.OtherWork;
import io.millrace.benchmark.report.Measurement;
import io.millrace.benchmark.report.Metric;
import io.millrace.benchmark.row.Trial;
import io.millrace.benchmark.wire.ControlConnection;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/// Kills a broker that leads very many partitions, and waits until both others say that one of them
/// leads each.
public final class TakeoverRow implements ClusterRow {
  private static final String TOPIC = "many";
  private static final Duration CALM = Duration.ofSeconds(2);
  private static final Duration LOOK = Duration.ofMillis(2);
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(90);

  /// What lives from run to run.
  ///
  /// @param victim who leads everything; it is not the active controller
  private record Scene(BrokerCluster cluster, Topology topology, int victim) {}

  private final Map<BrokerUnderTest, Scene> scenes = new HashMap<>();

  @Override
  public String name() {
    return "failover-many";
  }

  @Override
  public String title() {
    return "three nodes, one leads 2,000 partitions x 3 replicas (500 with --quick) and gets"
        + " SIGKILL: until others lead all of them";
  }

  @Override
  public void prepare(Trial trial) throws IOException {
    trial.broker().stop();
    BrokerCluster cluster = trial.broker().cluster(name(), Stage.NODES);
    Topology topology = new Topology(cluster.bootstrap(), TOPIC);
    scenes.put(trial.broker(), new Scene(cluster, topology, 0));
    cluster.begin();
    topology.awaitNodes(Stage.NODES);
    int victim = topology.activeController() % Stage.NODES + 1;
    int next = victim % Stage.NODES + 1;
    int last = next % Stage.NODES + 1;
    Map<Integer, List<Integer>> replicas = new HashMap<>();
    for (int i = 0; i < trial.scale().partitions(); i++) {
      replicas.put(i, i % 2 == 0 ? List.of(victim, next, last) : List.of(victim, last, next));
    }
    topology.createTopic(replicas);
    scenes.put(trial.broker(), new Scene(cluster, topology, victim));
  }

  @Override
  public Measurement run(Trial trial) throws IOException {
    Scene scene = scenes.get(trial.broker());
    if (scene == null) {
      throw new IllegalStateException("not prepared");
    }
    int victim = scene.victim();
    int partitions = trial.scale().partitions();
    Topology topology = scene.topology();
    topology.awaitEach("full ISR", state -> state.isr().size() == Stage.NODES);
    topology.electPreferred();
    topology.awaitEach("the preferred leader", state -> state.leader() == victim);
    Topology.pause(CALM);
    BrokerCluster cluster = scene.cluster();
    OtherWork otherWork = OtherWork.since(cluster.pids());
    long begin = System.nanoTime();
    cluster.node(victim).kill();
    for (int id = 1; id <= Stage.NODES; id++) {
      if (id != victim) {
        awaitLedWithout(victim, cluster.node(id), partitions);
      }
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    double foreign = otherWork.share(cluster.pids());
    cluster.node(victim).start();
    return new Measurement(
        Map.of(Metric.SECONDS, seconds), foreign, "%,d partitions led again".formatted(partitions));
  }

  private static void awaitLedWithout(int victim, BrokerUnderTest node, int partitions)
      throws IOException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    try (ControlConnection connection = new ControlConnection(node.address())) {
      while (!isLedWithout(victim, connection, partitions)) {
        if (System.nanoTime() - deadline > 0) {
          throw new LoadException("not every partition is led again");
        }
        Topology.pause(LOOK);
      }
    }
  }

  private static boolean isLedWithout(int victim, ControlConnection connection, int partitions)
      throws IOException {
    MetadataResponseData answer =
        (MetadataResponseData)
            connection.ask(
                ApiKeys.METADATA,
                new MetadataRequestData()
                    .setTopics(List.of(new MetadataRequestTopic().setName(TOPIC))));
    var topic = answer.topics().iterator().next();
    return topic.partitions().size() == partitions
        && topic.partitions().stream()
            .allMatch(p -> p.errorCode() == 0 && p.leaderId() > 0 && p.leaderId() != victim);
  }

  @Override
  public void finish(Trial trial) throws IOException {
    Scene scene = scenes.remove(trial.broker());
    if (scene != null) {
      scene.topology().close();
      scene.cluster().close();
    }
  }
}
