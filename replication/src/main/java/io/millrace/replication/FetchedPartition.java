package io.millrace.replication;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/// One partition of a fetch response: the fields, and where the records lie in the response's
/// bytes. Filled by [FetchResponseReader] for one partition after the other.
final class FetchedPartition {

  Uuid topicId = Uuid.ZERO_UUID;
  int index;
  Errors error = Errors.NONE;
  long highWatermark = -1;
  long logStartOffset = -1;

  /// Where the follower's log leaves the leader's, -1 when it does not (KIP-595).
  int divergingEpoch = -1;

  long divergingEndOffset = -1;

  /// Place of the records in the response's bytes.
  int recordsAt;

  int recordsLength;
}
