package io.millrace.metadata.raft;

import io.millrace.runtime.EventLoop;
import io.millrace.runtime.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.message.EndQuorumEpochRequestData;
import org.apache.kafka.common.message.VoteRequestData;
import org.apache.kafka.common.message.VoteResponseData;

/// Lets one voter succeed a leader that is gone, instead of all at once.
///
/// Kafka's follower rejects every pre-vote while its own fetch timer runs, so that a successor gets
/// nowhere before the others have become candidates, too; then they split the vote and wait for an
/// election timeout. But a voter that knows that its leader is gone, by evidence or because the
/// leader said so, can answer a pre-vote without its client: yes, where the asking voter's log
/// reaches as far as its own. A pre-vote binds nobody, so nothing about safety rests on the answer;
/// the vote that follows is the client's.
///
/// ```
/// pre-vote, leader lives as far as known  --> held for HOLD_MS: the asking voter may only have
///                                             learned of the death a little earlier
/// pre-vote, leader gone, log long enough  --> granted; this voter steps back for a while; so, too,
///                                             where it has been silent to this voter for long
/// pre-vote, leader gone, log too short    --> this voter stands itself, the client answers
/// held, HOLD_MS over                      --> the client answers
/// ```
///
/// Belongs to the loop `raft`.
final class Succession {

  private static final long HOLD_MS = 150;

  /// What the succession needs of its host.
  interface Host {
    /// Whether the client follows a leader now, and has not begun an election.
    boolean isFollower();

    int epoch();

    /// Whether the leader of the current epoch has not answered for so long that this voter
    /// believes another that takes it for gone.
    boolean isLeaderSilent();

    /// Whether a log that ends so reaches at least as far as this one's.
    boolean reaches(int lastEpoch, long endOffset);

    /// The leader of the current epoch is taken for gone at once.
    void stand();

    /// The own candidacy is put off for the longest election back-off.
    void stepBack();

    /// The answer that grants a pre-vote in the current epoch.
    VoteResponseData granted(short version);
  }

  /// A pre-vote that waits.
  private final class Held {
    private final VoteRequestData request;
    private final short version;
    private final Consumer<VoteResponseData> onGranted;
    private final Runnable toClient;
    private final Timer timer;

    Held(
        VoteRequestData request,
        short version,
        Consumer<VoteResponseData> onGranted,
        Runnable toClient) {
      this.request = request;
      this.version = version;
      this.onGranted = onGranted;
      this.toClient = toClient;
      this.timer = loop.schedule(HOLD_MS * 1_000_000, this::giveUp);
    }

    private void giveUp() {
      held.remove(this);
      toClient.run();
    }

    void decide() {
      timer.cancel();
      Succession.this.decide(request, version, onGranted, toClient);
    }
  }

  private final EventLoop loop;
  private final Host host;
  private final List<Held> held = new ArrayList<>();
  private int goneEpoch = -1;

  Succession(EventLoop loop, Host host) {
    this.loop = loop;
    this.host = host;
  }

  static boolean isPreVote(VoteRequestData request) {
    return request.topics().size() == 1
        && request.topics().getFirst().partitions().size() == 1
        && partition(request).preVote();
  }

  private static VoteRequestData.PartitionData partition(VoteRequestData request) {
    return request.topics().getFirst().partitions().getFirst();
  }

  /// A pre-vote came in.
  ///
  /// @param onGranted gets the answer where the vote is granted here
  /// @param toClient lets the client answer
  void onPreVote(
      VoteRequestData request,
      short version,
      Consumer<VoteResponseData> onGranted,
      Runnable toClient) {
    if (!host.isFollower() || partition(request).replicaEpoch() != host.epoch()) {
      toClient.run();
    } else if (goneEpoch == host.epoch() || host.isLeaderSilent()) {
      decide(request, version, onGranted, toClient);
    } else {
      held.add(new Held(request, version, onGranted, toClient));
    }
  }

  /// The leader has died or resigned.
  void onLeaderGone(EndQuorumEpochRequestData resignation) {
    if (resignation.topics().size() != 1
        || resignation.topics().getFirst().partitions().size() != 1) {
      return;
    }
    int epoch = resignation.topics().getFirst().partitions().getFirst().leaderEpoch();
    if (epoch == host.epoch()) {
      goneEpoch = epoch;
      List<Held> waiting = List.copyOf(held);
      held.clear();
      waiting.forEach(Held::decide);
    }
  }

  private void decide(
      VoteRequestData request,
      short version,
      Consumer<VoteResponseData> onGranted,
      Runnable toClient) {
    VoteRequestData.PartitionData candidate = partition(request);
    if (!host.isFollower() || candidate.replicaEpoch() != host.epoch()) {
      toClient.run();
    } else if (host.reaches(candidate.lastOffsetEpoch(), candidate.lastOffset())) {
      host.stepBack();
      onGranted.accept(host.granted(version));
    } else {
      host.stand();
      toClient.run();
    }
  }

  /// What is held is never answered.
  void close() {
    held.forEach(waiting -> waiting.timer.cancel());
    held.clear();
  }
}
