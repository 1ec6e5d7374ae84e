package io.millrace.metadata.raft;

import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.BeginQuorumEpochRequestData;
import org.apache.kafka.common.message.BeginQuorumEpochResponseData;
import org.apache.kafka.common.message.EndQuorumEpochRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchSnapshotRequestData;
import org.apache.kafka.common.message.VoteRequestData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.raft.ReplicaKey;
import org.jspecify.annotations.Nullable;

/// Tells what a peer may say about the quorum from what cannot be true.
///
/// `KafkaRaftClient` believes its peers. Some claims it takes for a broken invariant of its own and
/// throws, which is the end of the node; others it follows into states that nobody leaves again.
/// They are kept from the client:
///
/// 1. Nobody but this node says what this node does: it is neither the candidate of a Vote, nor a
///    leader that it does not know of, nor the replica of a FetchSnapshot that comes in.
/// 2. An epoch has one leader. Whoever has been lied to about it believes the lie as long as the
///    epoch lasts: see [#isContradiction].
/// 3. A leader can be reached: by an endpoint for the controllers' listener in the message, or by
///    that of a voter.
/// 4. Epochs grow by elections, one at a time: what requests may add is rationed by
///    [#EPOCHS_AT_ONCE] and one a millisecond. Else one request would use up all 31 bits, and no
///    leader could ever be elected again.
/// 5. There are at most [#MOST_OBSERVERS] replicas that are no voters: a leader remembers each.
/// 6. An answer is one that the client can act on where it stands: see [#toAnswer]. A peer's word
///    ends no node; what it refuses is asked again.
///
/// What remains is what a peer may do that means harm and is believed: start elections, and take
/// part in them, or fetch, under another's name. Only the authentication of the listener helps
/// against that.
///
/// Owned by the loop `raft`.
final class PeerClaims {

  static final int EPOCHS_AT_ONCE = 1 << 20;
  static final int MOST_OBSERVERS = 4096;

  /// What is said to a request that is not for this peer, or not now; the client goes on in any
  /// state.
  private static final Set<Errors> REFUSALS =
      EnumSet.of(
          Errors.FENCED_LEADER_EPOCH,
          Errors.UNKNOWN_LEADER_EPOCH,
          Errors.NOT_LEADER_OR_FOLLOWER,
          Errors.BROKER_NOT_AVAILABLE,
          Errors.INVALID_VOTER_KEY);

  /// What is asked of the client.
  interface Quorum {
    int epoch();

    /// The leader of the current epoch, if it is known.
    OptionalInt leaderId();

    /// Whether this node follows that leader.
    boolean follows();

    /// Whether this is a voter with an endpoint for [#listener].
    boolean reachesVoter(int id);

    /// The listener by which controllers reach each other.
    String listener();

    /// Whether an answer to this replica's fetch needs no new memory.
    boolean remembers(ReplicaKey replica);

    int observers();

    /// A clock that does not jump.
    long nowMs();
  }

  private final int nodeId;
  private final String clusterId;
  private final Quorum quorum;
  private long epochsLeft = EPOCHS_AT_ONCE;
  private long countedMs;

  PeerClaims(int nodeId, String clusterId, Quorum quorum) {
    this.nodeId = nodeId;
    this.clusterId = clusterId;
    this.quorum = quorum;
    this.countedMs = quorum.nowMs();
  }

  /// Why a peer's request cannot be true, or null: also where the client is going to refuse it, who
  /// knows better what to say.
  @Nullable String objectionTo(ApiMessage request) {
    String cluster = clusterOf(request);
    if (cluster != null && !cluster.equals(clusterId)) {
      return null;
    }
    if (request instanceof VoteRequestData vote) {
      return toVote(vote);
    } else if (request instanceof BeginQuorumEpochRequestData begin) {
      return toLeader(begin);
    } else if (request instanceof EndQuorumEpochRequestData end) {
      return toLeader(end);
    } else if (request instanceof FetchRequestData fetch) {
      return toFetch(fetch);
    } else if (request instanceof FetchSnapshotRequestData snapshot) {
      return toFetchSnapshot(snapshot);
    }
    return null;
  }

  private static @Nullable String clusterOf(ApiMessage request) {
    if (request instanceof VoteRequestData vote) {
      return vote.clusterId();
    } else if (request instanceof BeginQuorumEpochRequestData begin) {
      return begin.clusterId();
    } else if (request instanceof EndQuorumEpochRequestData end) {
      return end.clusterId();
    } else if (request instanceof FetchRequestData fetch) {
      return fetch.clusterId();
    } else if (request instanceof FetchSnapshotRequestData snapshot) {
      return snapshot.clusterId();
    }
    return null;
  }

  /// Why a peer's answer to a request of this node cannot be true, or cannot be acted on, or null.
  @Nullable String objectionToAnswer(ApiMessage answer, int from) {
    PeerWord word = PeerWord.in(answer, quorum.listener());
    String objection = toClaim(word);
    return objection != null ? objection : toAnswer(answer, word, from);
  }

  /// Where the client would fail for good (Kafka 4.3.1: `KafkaRaftClient`,
  /// `maybeHandleCommonResponse`, `handleTopLevelError` and the handlers behind them). A peer may
  /// say all of this and mean no harm: it has other rights in its files, it was taken out of the
  /// voters while it answered, it has met a fault of its own.
  private @Nullable String toAnswer(ApiMessage answer, PeerWord word, int from) {
    Errors error = word.error();
    if (error == Errors.INVALID_REQUEST || error == Errors.CLUSTER_AUTHORIZATION_FAILED) {
      return "it says " + error;
    }
    if (word.epoch() != quorum.epoch()) {
      return null;
    }
    boolean refusesEpoch = REFUSALS.contains(error);
    if (answer instanceof BeginQuorumEpochResponseData
        && error == Errors.NONE
        && !quorum.reachesVoter(from)) {
      return "it is no voter any more";
    }
    if (answer instanceof FetchResponseData
        && !refusesEpoch
        && !quorum.follows()
        && !introduces(word)) {
      return "it says " + error + ", and this node follows nobody";
    }
    return refusesEpoch && word.leaderId() == nodeId
        ? "it says " + error + " and that this node leads"
        : null;
  }

  /// Whether a node that follows nobody learns of a leader.
  private boolean introduces(PeerWord word) {
    return word.leaderId() >= 0 && (word.error() == Errors.NONE || quorum.leaderId().isEmpty());
  }

  /// Whether an answer names another leader of the epoch than the one known here. Either of the two
  /// has been invented by somebody, and only a new epoch can settle it.
  boolean isContradiction(ApiMessage answer) {
    PeerWord word = PeerWord.in(answer, quorum.listener());
    return word.leaderId() >= 0 && contradicts(word);
  }

  private boolean contradicts(PeerWord claim) {
    OptionalInt known = quorum.leaderId();
    return claim.epoch() == quorum.epoch()
        && known.isPresent()
        && known.getAsInt() != claim.leaderId();
  }

  private @Nullable String toVote(VoteRequestData request) {
    var partition = only(request.topics(), VoteRequestData.TopicData::partitions);
    if (partition == null) {
      return null;
    }
    if (partition.replicaId() == nodeId) {
      return "it asks this node to vote for itself";
    }
    return toEpoch(partition.replicaEpoch());
  }

  private @Nullable String toLeader(ApiMessage request) {
    PeerWord claim = PeerWord.in(request, quorum.listener());
    if (claim.leaderId() < 0) {
      return null;
    }
    if (claim.leaderId() == nodeId) {
      return "it tells this node what it leads itself";
    }
    String objection = toClaim(claim);
    return objection != null ? objection : toEpoch(claim.epoch());
  }

  private @Nullable String toClaim(PeerWord claim) {
    int leaderId = claim.leaderId();
    int epoch = quorum.epoch();
    if (leaderId < 0 || claim.epoch() < epoch) {
      return null;
    }
    if (contradicts(claim)) {
      return "epoch " + epoch + " is led by " + quorum.leaderId().getAsInt() + ", not " + leaderId;
    }
    if (leaderId == nodeId) {
      // It leads, or has resigned from that: whoever was told so answers in its epoch.
      return claim.epoch() == epoch && quorum.leaderId().equals(OptionalInt.of(nodeId))
          ? null
          : "this node does not lead in epoch " + claim.epoch();
    }
    boolean reachable =
        switch (claim.endpoint()) {
          case GIVEN -> true;
          case OF_OTHER_LISTENERS -> false;
          case NONE -> quorum.reachesVoter(leaderId);
        };
    return reachable ? null : "leader " + leaderId + " has no endpoint for " + quorum.listener();
  }

  /// Takes what a request adds from what may be added.
  private @Nullable String toEpoch(int epoch) {
    long now = quorum.nowMs();
    epochsLeft = Math.min(EPOCHS_AT_ONCE, epochsLeft + Math.max(0, now - countedMs));
    countedMs = now;
    long added = Math.max(0, (long) epoch - quorum.epoch());
    if (added > epochsLeft) {
      return "epoch " + epoch + " is too far from " + quorum.epoch();
    }
    epochsLeft -= added;
    return null;
  }

  private @Nullable String toFetch(FetchRequestData request) {
    var partition = only(request.topics(), FetchRequestData.FetchTopic::partitions);
    return partition == null
        ? null
        : toReplica(FetchRequest.replicaId(request), partition.replicaDirectoryId());
  }

  private @Nullable String toFetchSnapshot(FetchSnapshotRequestData request) {
    var partition = only(request.topics(), FetchSnapshotRequestData.TopicSnapshot::partitions);
    if (partition == null) {
      return null;
    }
    if (request.replicaId() == nodeId) {
      return "it fetches this node's snapshot under its own name";
    }
    return toReplica(request.replicaId(), partition.replicaDirectoryId());
  }

  private @Nullable String toReplica(int id, Uuid directoryId) {
    boolean known = quorum.remembers(ReplicaKey.of(id, directoryId));
    return known || quorum.observers() < MOST_OBSERVERS
        ? null
        : "there are " + MOST_OBSERVERS + " observers already";
  }

  /// The one partition of a request; null where the client will refuse it anyhow.
  private static <T, P> @Nullable P only(List<T> topics, Function<T, List<P>> partitionsOf) {
    if (topics.size() != 1) {
      return null;
    }
    List<P> partitions = partitionsOf.apply(topics.getFirst());
    return partitions.size() == 1 ? partitions.getFirst() : null;
  }
}
