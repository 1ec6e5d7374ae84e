package io.millrace.metadata.raft;

import java.util.OptionalInt;
import org.apache.kafka.raft.KafkaRaftClient;
import org.apache.kafka.raft.RaftClients;
import org.apache.kafka.raft.ReplicaKey;

/// What [PeerClaims] asks of the client, which is initialized. Loop `raft`.
record ClientView(KafkaRaftClient<?> client, RaftChannel channel, KafkaTime time)
    implements PeerClaims.Quorum {

  @Override
  public int epoch() {
    return RaftClients.epoch(client);
  }

  @Override
  public OptionalInt leaderId() {
    return RaftClients.leaderId(client);
  }

  @Override
  public boolean follows() {
    return RaftClients.isFollower(client);
  }

  @Override
  public boolean reachesVoter(int id) {
    return client.voterNode(id, channel.listenerName()).isPresent();
  }

  @Override
  public String listener() {
    return channel.listenerName().value();
  }

  @Override
  public boolean remembers(ReplicaKey replica) {
    return RaftClients.remembers(client, replica);
  }

  @Override
  public int observers() {
    return RaftClients.observers(client, time.milliseconds());
  }

  @Override
  public long nowMs() {
    return time.milliseconds();
  }
}
