package io.millrace.replication;

import io.millrace.log.AppendOrigin;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiKeys;

/// What a leader answers to a client's batch, with `acks=1`.
final class Produced {

  private Produced() {}

  static AppendAnswer by(Partition leader, ByteBuffer batch) {
    AppendAnswer answer = new AppendAnswer();
    leader.append(
        batch,
        0,
        batch.limit(),
        (short) 1,
        AppendOrigin.CLIENT,
        ApiKeys.PRODUCE.latestVersion(),
        -1,
        answer);
    return answer;
  }
}
