package io.millrace.simulation.client;

import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import io.millrace.simulation.audit.InvariantBroken;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntFunction;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AddRaftVoterRequestData;
import org.apache.kafka.common.message.AddRaftVoterResponseData;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.DescribeQuorumResponseData.ReplicaState;
import org.apache.kafka.common.message.RemoveRaftVoterRequestData;
import org.apache.kafka.common.message.RemoveRaftVoterResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// Takes voters out of the quorum and adds them again (KIP-853), and looks who votes. Looks, does
/// one step towards what is wanted, and looks again, whatever the answer was.
public final class QuorumOperator {

  private static final String METADATA = "__cluster_metadata";
  private static final int TIMEOUT_MS = 2_000;
  private static final String LISTENER = "CONTROLLER";

  private final EventLoop loop;
  private final ClusterClient cluster;
  private final int nodes;
  private final int controllerPort;
  private final IntFunction<String> directories;

  /// Who shall not vote for now.
  private final TreeSet<Integer> out = new TreeSet<>();

  /// Who was taken out once: nobody else is added by hand.
  private final TreeSet<Integer> removed = new TreeSet<>();

  private boolean looking;
  private boolean asWanted;
  private String last = "nothing";

  /// @param nodes all of them controllers, numbered from 1
  /// @param directories a node's directory id, as its disk has it now
  public QuorumOperator(
      World world,
      List<String> bootstrap,
      int nodes,
      int controllerPort,
      IntFunction<String> directories) {
    this.directories = directories;
    this.loop = world.loops().getFirst();
    this.cluster = new ClusterClient(world, loop, "quorum", bootstrap);
    this.nodes = nodes;
    this.controllerPort = controllerPort;
  }

  public void remove(int id) {
    out.add(id);
    removed.add(id);
    look();
  }

  public void addAgain(int id) {
    out.remove(id);
    look();
  }

  /// Whether everybody shall vote and nobody was ever taken out.
  public boolean isUntouched() {
    return removed.isEmpty();
  }

  public boolean isAsWanted() {
    return asWanted;
  }

  /// Begins to look until all is as it is wanted.
  public void look() {
    asWanted = false;
    if (!looking) {
      looking = true;
      loop.execute(this::ask);
    }
  }

  @Override
  public String toString() {
    return "the quorum: " + last;
  }

  private void ask() {
    DescribeQuorumRequestData request =
        new DescribeQuorumRequestData()
            .setTopics(
                List.of(
                    new DescribeQuorumRequestData.TopicData()
                        .setTopicName(METADATA)
                        .setPartitions(
                            List.of(
                                new DescribeQuorumRequestData.PartitionData()
                                    .setPartitionIndex(0)))));
    cluster.toAny(
        ApiKeys.DESCRIBE_QUORUM,
        request,
        answer -> {
          if (answer instanceof DescribeQuorumResponseData data
              && data.errorCode() == Errors.NONE.code()
              && data.topics().getFirst().partitions().getFirst().errorCode()
                  == Errors.NONE.code()) {
            step(data.topics().getFirst().partitions().getFirst());
          } else {
            again();
          }
        });
  }

  private void again() {
    cluster.later(this::ask);
  }

  private void step(DescribeQuorumResponseData.PartitionData quorum) {
    Map<Integer, Uuid> voters = byId(quorum.currentVoters());
    Map<Integer, Uuid> observers = byId(quorum.observers());
    last = "voters " + voters + ", observers " + observers + ", to be out " + out;
    for (int id = 1; id <= nodes; id++) {
      Uuid voter = voters.get(id);
      Uuid observer = observers.get(id);
      if (out.contains(id) && voter != null) {
        send(
            ApiKeys.REMOVE_RAFT_VOTER,
            new RemoveRaftVoterRequestData().setVoterId(id).setVoterDirectoryId(voter));
        return;
      }
      if (removed.contains(id) && !out.contains(id) && voter == null && observer != null) {
        send(ApiKeys.ADD_RAFT_VOTER, adding(id, observer));
        return;
      }
    }
    if (voteAsWanted(voters)) {
      asWanted = true;
      looking = false;
    } else {
      again();
    }
  }

  /// Whether all who shall vote do, each under the id of the directory that it has now: one with a
  /// new disk is an observer at first, and its old directory looks like one for a while afterwards.
  private boolean voteAsWanted(Map<Integer, Uuid> voters) {
    for (int id = 1; id <= nodes; id++) {
      Uuid voter = voters.get(id);
      if (out.contains(id)
          ? voter != null
          : voter == null || !voter.toString().equals(directories.apply(id))) {
        return false;
      }
    }
    return true;
  }

  private static Map<Integer, Uuid> byId(List<ReplicaState> replicas) {
    Map<Integer, Uuid> directories = new TreeMap<>();
    replicas.forEach(one -> directories.put(one.replicaId(), one.replicaDirectoryId()));
    return directories;
  }

  private AddRaftVoterRequestData adding(int id, Uuid directory) {
    AddRaftVoterRequestData request =
        new AddRaftVoterRequestData()
            .setTimeoutMs(TIMEOUT_MS)
            .setVoterId(id)
            .setVoterDirectoryId(directory);
    request
        .listeners()
        .add(
            new AddRaftVoterRequestData.Listener()
                .setName(LISTENER)
                .setHost("n" + id)
                .setPort(controllerPort));
    return request;
  }

  private void send(ApiKeys api, ApiMessage request) {
    cluster.toAny(
        api,
        request,
        answer -> {
          Errors error = error(answer);
          if (error == Errors.UNKNOWN_SERVER_ERROR || error == Errors.UNSUPPORTED_VERSION) {
            throw new InvariantBroken(
                "EveryRequestAnswered", api + " is answered with " + error + ": " + answer);
          }
          again();
        });
  }

  private static Errors error(@Nullable ApiMessage answer) {
    return switch (answer) {
      case AddRaftVoterResponseData data -> Errors.forCode(data.errorCode());
      case RemoveRaftVoterResponseData data -> Errors.forCode(data.errorCode());
      case null, default -> Errors.NETWORK_EXCEPTION;
    };
  }
}
