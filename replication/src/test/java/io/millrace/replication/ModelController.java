package io.millrace.replication;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The controller as a replica set sees it: registers and fences brokers, elects leaders from the
/// in-sync replicas, takes or refuses their proposals as Kafka's does. What it decides reaches the
/// brokers later.
final class ModelController {

  private final List<LeaderState> history = new ArrayList<>();
  private final Map<Integer, Long> epochs = new LinkedHashMap<>();
  private final Map<Integer, Boolean> fenced = new LinkedHashMap<>();
  private final List<Runnable> proposals = new ArrayList<>();
  private long nextEpoch = 100;

  ModelController(int... replicas) {
    history.add(new LeaderState(replicas[0], 0, 0, replicas, replicas, false));
  }

  List<LeaderState> history() {
    return history;
  }

  LeaderState now() {
    return history.getLast();
  }

  long register(int broker) {
    epochs.put(broker, nextEpoch++);
    fenced.put(broker, true);
    return epochs.get(broker);
  }

  boolean mayJoin(int broker, long epoch) {
    return !isFenced(broker) && (epoch == -1 || epoch == epochs.getOrDefault(broker, -1L));
  }

  boolean isFenced(int broker) {
    return fenced.getOrDefault(broker, true);
  }

  /// The broker leaves the in-sync replicas, unless it is the last one, and leads no more.
  void fence(int broker) {
    fenced.put(broker, true);
    LeaderState now = now();
    int[] isr = Arrays.stream(now.isr()).filter(id -> id != broker).toArray();
    if (isr.length == 0) {
      isr = now.isr();
    }
    if (now.isInSync(broker) || now.leader() == broker) {
      change(elect(now.leader() == broker ? -1 : now.leader(), isr), isr);
    }
  }

  void unfence(int broker) {
    fenced.put(broker, false);
    LeaderState now = now();
    if (now.leader() < 0) {
      int leader = elect(-1, now.isr());
      if (leader >= 0) {
        change(leader, now.isr());
      }
    }
  }

  /// Another of the in-sync replicas leads from now on.
  void moveLeadership(int to) {
    if (now().isInSync(to) && !isFenced(to) && now().leader() != to) {
      change(to, now().isr());
    }
  }

  private int elect(int leader, int[] isr) {
    if (leader >= 0) {
      return leader;
    }
    return Arrays.stream(isr).filter(id -> !isFenced(id)).findFirst().orElse(-1);
  }

  private void change(int leader, int[] isr) {
    LeaderState now = now();
    boolean newLeader = leader != now.leader();
    history.add(
        new LeaderState(
            leader,
            now.leaderEpoch() + (newLeader ? 1 : 0),
            now.partitionEpoch() + 1,
            now.replicas(),
            isr,
            false));
  }

  void onProposal(ModelBroker broker, Partition from) {
    proposals.add(() -> decide(broker, from));
  }

  /// Looks at one of the proposals that are under way.
  void decideNext() {
    if (!proposals.isEmpty()) {
      proposals.removeFirst().run();
    }
  }

  private void decide(ModelBroker broker, Partition from) {
    IsrProposal proposal = from.proposal();
    if (proposal == null || !broker.alive() || broker.partition() != from) {
      return;
    }
    LeaderState now = now();
    if (now.leader() != broker.id
        || now.leaderEpoch() != proposal.leaderEpoch()
        || now.partitionEpoch() != proposal.partitionEpoch()) {
      return;
    }
    for (IsrProposal.Member member : proposal.isr()) {
      if (member.brokerId() != broker.id && !mayJoin(member.brokerId(), member.brokerEpoch())) {
        from.onRejected(proposal);
        return;
      }
    }
    change(now.leader(), proposal.isr().stream().mapToInt(IsrProposal.Member::brokerId).toArray());
  }
}
