package io.millrace.metadata.raft;

import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.message.BeginQuorumEpochResponseData;
import org.apache.kafka.common.message.EndQuorumEpochResponseData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.VoteResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/// Makes of some of a voter's answers others that are well formed and untrue: with any error, and
/// of other leaders and epochs near the true one. Votes and records stay as they are: who lies
/// about those is believed.
final class FalseAnswers implements UnaryOperator<ApiMessage> {

  private final RandomGenerator random;
  private final int voters;
  private boolean lies = true;
  int told;

  FalseAnswers(RandomGenerator random, int voters) {
    this.random = random;
    this.voters = voters;
  }

  void endLies() {
    lies = false;
  }

  @Override
  public ApiMessage apply(ApiMessage answer) {
    if (!lies || random.nextInt(4) > 0) {
      return answer;
    }
    told++;
    boolean ofAll = random.nextInt(4) == 0;
    switch (answer) {
      case VoteResponseData it when ofAll -> it.setErrorCode(error());
      case BeginQuorumEpochResponseData it when ofAll -> it.setErrorCode(error());
      case EndQuorumEpochResponseData it when ofAll -> it.setErrorCode(error());
      case FetchResponseData it when ofAll -> it.setErrorCode(error());
      case VoteResponseData it ->
          it.topics()
              .getFirst()
              .partitions()
              .forEach(partition ->
                  partition
                      .setErrorCode(error())
                      .setLeaderId(leader(partition.leaderId()))
                      .setLeaderEpoch(epoch(partition.leaderEpoch())));
      case BeginQuorumEpochResponseData it ->
          it.topics()
              .getFirst()
              .partitions()
              .forEach(partition ->
                  partition
                      .setErrorCode(error())
                      .setLeaderId(leader(partition.leaderId()))
                      .setLeaderEpoch(epoch(partition.leaderEpoch())));
      case EndQuorumEpochResponseData it ->
          it.topics()
              .getFirst()
              .partitions()
              .forEach(partition ->
                  partition
                      .setErrorCode(error())
                      .setLeaderId(leader(partition.leaderId()))
                      .setLeaderEpoch(epoch(partition.leaderEpoch())));
      case FetchResponseData it ->
          it.responses()
              .getFirst()
              .partitions()
              .forEach(partition -> {
                partition.setErrorCode(error());
                FetchResponseData.LeaderIdAndEpoch said = partition.currentLeader();
                said.setLeaderId(leader(said.leaderId())).setLeaderEpoch(epoch(said.leaderEpoch()));
              });
      default -> {}
    }
    return answer;
  }

  private short error() {
    Errors[] all = Errors.values();
    return random.nextInt(3) == 0 ? 0 : all[random.nextInt(all.length)].code();
  }

  private int leader(int truth) {
    return random.nextInt(2) == 0 ? truth : random.nextInt(-1, voters + 2);
  }

  private int epoch(int truth) {
    return random.nextInt(2) == 0 ? truth : Math.max(0, truth + random.nextInt(-1, 2));
  }
}
