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
import org.apache.kafka.clients.admin.AlterPartitionReassignmentsOptions;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.PartitionReassignment;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;

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
  /// @param outdated partitions whose replication factor is another one by now
  record Outcome(int partitions, int pending, List<TopicPartition> outdated) {}

  /// Gives partitions their new replicas.
  ///
  /// @param current the replicas now
  /// @param target the replicas wanted
  /// @param mayChangeFactor whether they may be more or fewer; else such partitions keep theirs
  Outcome run(
      Map<TopicPartition, List<Integer>> current,
      Map<TopicPartition, List<Integer>> target,
      Execution options,
      boolean mayChangeFactor) {
    if (target.isEmpty()) {
      return new Outcome(0, 0, List.of());
    }
    if (options.throttle >= 0) {
      Throttle.set(admin, options.throttle, current, target);
    }
    Map<TopicPartition, Optional<NewPartitionReassignment>> wanted = new LinkedHashMap<>();
    target.forEach((partition, replicas) ->
        wanted.put(partition, Optional.of(new NewPartitionReassignment(replicas))));
    List<TopicPartition> outdated = submit(wanted, mayChangeFactor);
    wanted.keySet().removeAll(outdated);
    if (options.noWait) {
      return new Outcome(wanted.size(), running(admin, wanted.keySet()).size(), outdated);
    }
    await(wanted.keySet());
    if (options.throttle >= 0) {
      Set<Integer> brokers = new LinkedHashSet<>();
      current.values().forEach(brokers::addAll);
      target.values().forEach(brokers::addAll);
      Throttle.clear(admin, brokers, target.keySet().stream().map(TopicPartition::topic).toList());
    }
    progress.accept("electing the preferred leaders");
    if (!wanted.isEmpty()) {
      electPreferred(wanted.keySet());
    }
    return new Outcome(wanted.size(), 0, outdated);
  }

  /// Cancels what runs of these partitions.
  ///
  /// @return what was cancelled
  static Set<TopicPartition> cancel(Admin admin, Collection<TopicPartition> partitions) {
    Set<TopicPartition> running = running(admin, partitions).keySet();
    Map<TopicPartition, Optional<NewPartitionReassignment>> none = new LinkedHashMap<>();
    running.forEach(partition -> none.put(partition, Optional.empty()));
    if (!none.isEmpty()) {
      new Reassignment(admin, _ -> {}).submit(none, true);
    }
    return running;
  }

  /// @return what was refused for its replication factor
  private List<TopicPartition> submit(
      Map<TopicPartition, Optional<NewPartitionReassignment>> wanted, boolean mayChangeFactor) {
    List<String> refused = new ArrayList<>();
    List<TopicPartition> outdated = new ArrayList<>();
    var options =
        new AlterPartitionReassignmentsOptions().allowReplicationFactorChange(mayChangeFactor);
    admin
        .alterPartitionReassignments(wanted, options)
        .values()
        .forEach((partition, future) -> {
          try {
            Failures.await(partition.toString(), future);
          } catch (CommandFailure e) {
            if (e.getCause() instanceof InvalidReplicationFactorException) {
              outdated.add(partition);
            } else {
              refused.add(e.message());
            }
          }
        });
    if (!refused.isEmpty()) {
      throw CommandFailure.failed(
          String.join("\n", refused),
          refused.size() < wanted.size()
              ? "the other partitions were accepted; see: millrace partition status"
              : "");
    }
    return outdated;
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

  /// The reassignments that run, as the controller shows them.
  static Map<TopicPartition, PartitionReassignment> running(Admin admin) {
    return Failures.await("reassignments", admin.listPartitionReassignments().reassignments());
  }

  /// The same, of these partitions.
  static Map<TopicPartition, PartitionReassignment> running(
      Admin admin, Collection<TopicPartition> partitions) {
    Map<TopicPartition, PartitionReassignment> running = new LinkedHashMap<>(running(admin));
    running.keySet().retainAll(Set.copyOf(partitions));
    return running;
  }

  /// Makes the first replica the leader where it can be. What cannot be now (the replica is not in
  /// sync yet) the controller does by itself later.
  private void electPreferred(Set<TopicPartition> partitions) {
    Failures.await("leaders", admin.electLeaders(ElectionType.PREFERRED, partitions).partitions());
  }
}
