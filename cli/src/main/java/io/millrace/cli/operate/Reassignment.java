package io.millrace.cli.operate;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.ExitCode;
import io.millrace.cli.client.Failures;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.PartitionReassignment;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;

/// Carries out new replica lists: throttled if wanted, then the request, then the wait, then the
/// preferred leaders.
final class Reassignment {
  private static final int POLL_MS = 300;

  private final Admin admin;
  private final Consumer<String> progress;

  /// @param progress gets a line that says how far it is, now and then
  Reassignment(Admin admin, Consumer<String> progress) {
    this.admin = admin;
    this.progress = progress;
  }

  /// What an execution came to.
  ///
  /// @param pending partitions that still copy, where nobody wanted to wait
  record Outcome(int partitions, int pending) {}

  /// Gives partitions their new replicas.
  ///
  /// @param current the replicas now
  /// @param target the replicas wanted
  Outcome run(
      Map<TopicPartition, List<Integer>> current,
      Map<TopicPartition, List<Integer>> target,
      Execution options) {
    if (target.isEmpty()) {
      return new Outcome(0, 0);
    }
    if (options.throttle >= 0) {
      Throttle.set(admin, options.throttle, current, target);
    }
    Map<TopicPartition, Optional<NewPartitionReassignment>> wanted = new LinkedHashMap<>();
    target.forEach((partition, replicas) ->
        wanted.put(partition, Optional.of(new NewPartitionReassignment(replicas))));
    submit(wanted);
    if (options.noWait) {
      return new Outcome(target.size(), running(admin, target.keySet()).size());
    }
    await(target.keySet());
    if (options.throttle >= 0) {
      Set<Integer> brokers = new LinkedHashSet<>();
      current.values().forEach(brokers::addAll);
      target.values().forEach(brokers::addAll);
      Throttle.clear(admin, brokers, target.keySet().stream().map(TopicPartition::topic).toList());
    }
    progress.accept("electing the preferred leaders");
    electPreferred(target.keySet());
    return new Outcome(target.size(), 0);
  }

  /// Cancels what runs of these partitions.
  ///
  /// @return what was cancelled
  static Set<TopicPartition> cancel(Admin admin, Collection<TopicPartition> partitions) {
    Set<TopicPartition> running = running(admin, partitions).keySet();
    Map<TopicPartition, Optional<NewPartitionReassignment>> none = new LinkedHashMap<>();
    running.forEach(partition -> none.put(partition, Optional.empty()));
    if (!none.isEmpty()) {
      new Reassignment(admin, _ -> {}).submit(none);
    }
    return running;
  }

  private void submit(Map<TopicPartition, Optional<NewPartitionReassignment>> wanted) {
    List<String> refused = new ArrayList<>();
    admin
        .alterPartitionReassignments(wanted)
        .values()
        .forEach((partition, future) -> {
          try {
            Failures.await(partition.toString(), future);
          } catch (CommandFailure e) {
            refused.add(e.message());
          }
        });
    if (!refused.isEmpty()) {
      throw CommandFailure.failed(
          String.join("\n", refused),
          refused.size() < wanted.size()
              ? "the other partitions were accepted; see: millrace partition status"
              : "");
    }
  }

  private void await(Set<TopicPartition> partitions) {
    while (true) {
      int left = running(admin, partitions).size();
      if (left == 0) {
        return;
      }
      progress.accept(
          "copying: " + (partitions.size() - left) + " of " + partitions.size() + " partitions");
      pause();
    }
  }

  /// Waits a moment for the cluster, which copies meanwhile.
  static void pause() {
    pause(POLL_MS, "the copying goes on");
  }

  /// @param leaves what an interruption leaves behind, in words
  static void pause(long ms, String leaves) {
    try {
      TimeUnit.MILLISECONDS.sleep(ms);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCode.FAILED, "interrupted", leaves, e);
    }
  }

  /// The reassignments that run, of these partitions.
  static Map<TopicPartition, PartitionReassignment> running(
      Admin admin, Collection<TopicPartition> partitions) {
    Map<TopicPartition, PartitionReassignment> running =
        new LinkedHashMap<>(
            Failures.await("reassignments", admin.listPartitionReassignments().reassignments()));
    running.keySet().retainAll(Set.copyOf(partitions));
    return running;
  }

  /// Makes the first replica the leader where it can be. What cannot be now (the replica is not in
  /// sync yet) the controller does by itself later.
  private void electPreferred(Set<TopicPartition> partitions) {
    Failures.await("leaders", admin.electLeaders(ElectionType.PREFERRED, partitions).partitions());
  }
}
