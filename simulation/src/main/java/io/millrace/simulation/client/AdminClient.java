package io.millrace.simulation.client;

import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import io.millrace.simulation.audit.AdminLedger;
import io.millrace.simulation.audit.InvariantBroken;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// An administrator who does one thing after the other: topics of its own come, grow, are set and
/// go; leaders are moved; replicas change places, those of the topic under load, too. When it is
/// stopped, it looks whether everything acknowledged is there.
public final class AdminClient implements SimulatedClient {

  private static final long PAUSE_NANOS = 300_000_000L;
  private static final long CHECK_NANOS = 20_000_000_000L;
  private static final int MOST_TOPICS = 6;
  private static final int MOST_PARTITIONS = 5;
  private static final String NAME = "admin";

  private final World world;
  private final EventLoop loop;
  private final ClusterClient cluster;
  private final RandomGenerator random;
  private final String loadedTopic;
  private final int nodes;
  private final int replicas;
  private final AdminLedger ledger = new AdminLedger();
  private int made;
  private long requests;
  private boolean stopped;
  private boolean checked;
  private String last = "nothing";

  /// @param loadedTopic the topic that the other clients work with
  /// @param nodes how many, numbered from 1
  /// @param replicas of the loaded topic
  public AdminClient(
      World world, List<String> bootstrap, String loadedTopic, int nodes, int replicas) {
    this.world = world;
    this.loop = world.loops().getFirst();
    this.cluster = new ClusterClient(world, loop, NAME, bootstrap);
    this.random = world.entropy().stream("what the admin does");
    this.loadedTopic = loadedTopic;
    this.nodes = nodes;
    this.replicas = replicas;
  }

  @Override
  public void start() {
    loop.schedule(PAUSE_NANOS, this::next);
  }

  @Override
  public void stop() {
    stopped = true;
  }

  @Override
  public boolean isIdle() {
    return checked;
  }

  @Override
  public long requests() {
    return requests;
  }

  public long changes() {
    return ledger.changes();
  }

  @Override
  public String toString() {
    return NAME + ": " + (checked ? "content" : "busy") + ", last answer: " + last;
  }

  private void next() {
    if (stopped) {
      check(world.clock().nanos() + CHECK_NANOS);
      return;
    }
    List<String> there = ledger.there();
    String one = there.isEmpty() ? loadedTopic : there.get(random.nextInt(there.size()));
    int kind = random.nextInt(8);
    if (there.isEmpty() || (kind == 0 && there.size() < MOST_TOPICS)) {
      create();
      return;
    }
    switch (kind) {
      case 1 -> delete(one);
      case 2 -> grow(one);
      case 3, 4 -> set(one);
      case 5 -> elect(random.nextBoolean() ? one : loadedTopic);
      default -> reassign(random.nextInt(3) > 0 ? one : loadedTopic);
    }
  }

  private void later() {
    loop.schedule(PAUSE_NANOS + random.nextLong(PAUSE_NANOS), this::next);
  }

  /// @param onAnswer gets the error and the answer; null for both where there was none
  private void ask(
      ApiKeys api,
      ApiMessage request,
      BiConsumer<@Nullable Errors, @Nullable ApiMessage> onAnswer) {
    requests++;
    cluster.toAny(
        api,
        request,
        answer -> {
          Errors error = answer == null ? null : AdminRequests.error(answer);
          last = api + " " + error;
          if (error != null && !isOrdinary(error)) {
            throw new InvariantBroken(
                "EveryRequestAnswered", NAME + " was refused: " + last + " " + answer);
          }
          onAnswer.accept(error, answer);
          later();
        });
  }

  /// Whether an administrator may hear this in a cluster where brokers come and go.
  private static boolean isOrdinary(Errors error) {
    return switch (error) {
      case NONE,
          TOPIC_ALREADY_EXISTS,
          INVALID_REPLICATION_FACTOR,
          INVALID_PARTITIONS,
          INVALID_REPLICA_ASSIGNMENT,
          REASSIGNMENT_IN_PROGRESS,
          ELECTION_NOT_NEEDED,
          PREFERRED_LEADER_NOT_AVAILABLE,
          ELIGIBLE_LEADERS_NOT_AVAILABLE ->
          true;
      default -> error.exception() instanceof RetriableException;
    };
  }

  private void create() {
    String name = NAME + "-" + ++made;
    int partitions = 1 + random.nextInt(2);
    ledger.creating(name, partitions);
    ask(
        ApiKeys.CREATE_TOPICS,
        AdminRequests.create(name, partitions, Math.min(2, nodes)),
        (error, answer) -> {
          if (error == Errors.NONE && answer != null) {
            ledger.created(name, partitions, AdminRequests.createdId(answer));
          }
        });
  }

  private void delete(String name) {
    ledger.deleting(name);
    ask(
        ApiKeys.DELETE_TOPICS,
        AdminRequests.delete(name),
        (error, _) -> {
          if (error == Errors.NONE) {
            ledger.deleted(name);
          }
        });
  }

  private void grow(String name) {
    int partitions = 2 + random.nextInt(MOST_PARTITIONS - 1);
    ledger.growing(name, partitions);
    ask(
        ApiKeys.CREATE_PARTITIONS,
        AdminRequests.grow(name, partitions),
        (error, _) -> {
          if (error == Errors.NONE) {
            ledger.grown(name, partitions);
          } else if (error == Errors.INVALID_PARTITIONS) {
            ledger.notGrown(name, partitions);
          }
        });
  }

  private void set(String name) {
    String value = Long.toString(86_400_000L + random.nextInt(1_000_000));
    ledger.setting(name, value);
    ask(
        ApiKeys.INCREMENTAL_ALTER_CONFIGS,
        AdminRequests.set(name, value),
        (error, _) -> {
          if (error == Errors.NONE) {
            ledger.set(name, value);
          }
        });
  }

  private void elect(String name) {
    ask(ApiKeys.ELECT_LEADERS, AdminRequests.elect(name, random.nextInt(2)), (_, _) -> {});
  }

  /// Other brokers, or the same in another order, which makes another one preferred.
  private void reassign(String name) {
    int count = name.equals(loadedTopic) ? replicas : Math.min(2, nodes);
    int first = random.nextInt(nodes);
    List<Integer> to = IntStream.range(0, count).mapToObj(i -> 1 + (first + i) % nodes).toList();
    ask(
        ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
        AdminRequests.reassign(name, random.nextInt(2), to),
        (_, _) -> {});
  }

  // The end.

  private void check(long deadlineNanos) {
    requests++;
    cluster.toAny(
        ApiKeys.METADATA,
        AdminRequests.describe(ledger.names()),
        topics ->
            cluster.toAny(
                ApiKeys.DESCRIBE_CONFIGS,
                AdminRequests.describeSettings(ledger.there()),
                settings -> {
                  String wrong =
                      topics == null || settings == null
                          ? "nobody answers"
                          : ledger.difference(AdminRequests.shown(topics, settings));
                  last = "check: " + wrong;
                  if (wrong == null) {
                    checked = true;
                  } else if (world.clock().nanos() > deadlineNanos) {
                    AdminLedger.broken(wrong);
                  } else {
                    cluster.later(() -> check(deadlineNanos));
                  }
                }));
  }
}
