package io.millrace.simulation.client;

import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import io.millrace.simulation.audit.GroupLedger;
import io.millrace.simulation.audit.Ledger;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/// A group of three members that read a topic together. Until it is stopped, members leave, vanish
/// and come back; then all come in and read to the end.
public final class ConsumerGroup implements SimulatedClient {

  /// Which protocol the members speak.
  public enum Protocol {
    CLASSIC,
    CONSUMER
  }

  private static final int MEMBERS = 3;
  private static final long SECOND = 1_000_000_000L;

  private final EventLoop loop;
  private final RandomGenerator random;
  private final String topic;
  private final ClusterClient cluster;
  private final Ledger ledger;
  private final GroupLedger group;
  private final List<GroupMember> members = new ArrayList<>();
  private final List<PartitionReader> readers = new ArrayList<>();
  private boolean stopped;

  /// Since the stop the members have asked anew where the partitions end.
  private boolean asksEnds;

  public ConsumerGroup(
      World world,
      List<String> bootstrap,
      String name,
      Protocol protocol,
      String topic,
      Ledger ledger,
      BooleanSupplier damageAllowed,
      IsolationLevel isolation) {
    this.loop = world.loops().getFirst();
    this.random = world.entropy().stream("group " + name);
    this.topic = topic;
    this.ledger = ledger;
    this.group = new GroupLedger(name);
    ledger.deletions().hold(group::done);
    this.cluster = new ClusterClient(world, loop, name, bootstrap);
    for (int i = 1; i <= MEMBERS; i++) {
      ClusterClient own = new ClusterClient(world, loop, name + "-" + i, bootstrap);
      PartitionReader reader =
          new PartitionReader(own, topic, ledger, damageAllowed, false, isolation);
      readers.add(reader);
      members.add(
          switch (protocol) {
            case CLASSIC -> new ClassicMember(own, name, topic, reader, group);
            case CONSUMER -> new ConsumerMember(own, name, topic, reader, group);
          });
    }
  }

  @Override
  public void start() {
    loop.execute(() -> {
      cluster.refresh(List.of(topic), _ -> {});
      members.forEach(GroupMember::join);
      loop.schedule(pause(), this::comeAndGo);
    });
  }

  private long pause() {
    return 2 * SECOND + random.nextLong(4 * SECOND);
  }

  private void comeAndGo() {
    if (stopped) {
      return;
    }
    GroupMember one = members.get(random.nextInt(members.size()));
    if (one.isIn()) {
      if (random.nextBoolean()) {
        one.leave();
      } else {
        one.vanish();
      }
      loop.schedule(SECOND / 2 + random.nextLong(3 * SECOND), () -> comeBack(one));
    }
    loop.schedule(pause(), this::comeAndGo);
  }

  private static void comeBack(GroupMember one) {
    if (!one.isIn()) {
      one.join();
    }
  }

  /// Members come and go no more; called once nothing more is produced.
  @Override
  public void stop() {
    if (!stopped) {
      stopped = true;
      loop.execute(() -> {
        cluster.refresh(List.of(topic), _ -> {});
        members.forEach(ConsumerGroup::comeBack);
        readers.forEach(PartitionReader::forgetEnds);
        asksEnds = true;
      });
    }
  }

  /// Whether every partition has one reader, and each has read and committed everything.
  @Override
  public boolean isIdle() {
    TreeSet<TopicPartition> held = new TreeSet<>(Requests.BY_NAME);
    int sum = 0;
    for (GroupMember member : members) {
      if (!member.isCaughtUp()) {
        return false;
      }
      held.addAll(member.held());
      sum += member.held().size();
    }
    return asksEnds && sum == held.size() && sum > 0 && sum == cluster.partitions(topic);
  }

  /// Whether the group has read and committed what the auditor has read.
  public boolean isThrough() {
    return group.isThrough(ledger);
  }

  /// Holds the group to what the auditor has read at the end.
  public void check() {
    group.check(ledger);
  }

  public long commits() {
    return group.commits();
  }

  /// Generations, or member epochs, in which somebody owned something.
  public long generations() {
    return group.generations();
  }

  @Override
  public long requests() {
    return members.stream().mapToLong(GroupMember::requests).sum();
  }

  @Override
  public String toString() {
    return members.toString();
  }
}
