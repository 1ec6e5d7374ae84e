package io.millrace.metadata.raft;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.message.AddRaftVoterRequestData;
import org.apache.kafka.common.message.BeginQuorumEpochRequestData;
import org.apache.kafka.common.message.EndQuorumEpochRequestData;
import org.apache.kafka.common.message.FetchSnapshotRequestData;
import org.apache.kafka.common.message.UpdateRaftVoterRequestData;
import org.apache.kafka.common.message.VoteRequestData;
import org.junit.jupiter.api.Test;

class RequestFormTest {

  @Test
  void anEndpointWithoutAListenersNameIsRefused() {
    AddRaftVoterRequestData add = new AddRaftVoterRequestData();
    add.listeners().add(new AddRaftVoterRequestData.Listener().setName("CONTROLLER"));
    assertThat(RequestForm.isSound(add)).isTrue();
    add.listeners().add(new AddRaftVoterRequestData.Listener().setName(""));
    assertThat(RequestForm.isSound(add)).isFalse();

    UpdateRaftVoterRequestData update = new UpdateRaftVoterRequestData();
    update.listeners().add(new UpdateRaftVoterRequestData.Listener().setName(" "));
    assertThat(RequestForm.isSound(update)).isFalse();

    BeginQuorumEpochRequestData begin = new BeginQuorumEpochRequestData();
    begin.leaderEndpoints().add(new BeginQuorumEpochRequestData.LeaderEndpoint());
    assertThat(RequestForm.isSound(begin)).isFalse();

    EndQuorumEpochRequestData end = new EndQuorumEpochRequestData();
    end.leaderEndpoints().add(new EndQuorumEpochRequestData.LeaderEndpoint());
    assertThat(RequestForm.isSound(end)).isFalse();
  }

  @Test
  void aSnapshotIsFetchedForOnePartition() {
    FetchSnapshotRequestData fetch = new FetchSnapshotRequestData();
    assertThat(RequestForm.isSound(fetch)).isFalse();
    FetchSnapshotRequestData.TopicSnapshot topic = new FetchSnapshotRequestData.TopicSnapshot();
    fetch.topics().add(topic);
    assertThat(RequestForm.isSound(fetch)).isFalse();
    topic.partitions().add(new FetchSnapshotRequestData.PartitionSnapshot());
    assertThat(RequestForm.isSound(fetch)).isTrue();
    assertThat(RequestForm.isSound(fetch.setMaxBytes(-1))).isFalse();
  }

  @Test
  void whatHasNoEndpointsIsSound() {
    assertThat(RequestForm.isSound(new VoteRequestData())).isTrue();
  }
}
