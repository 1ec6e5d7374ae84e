package io.millrace.log.scrub;

import io.millrace.log.segment.RottenRange;
import org.apache.kafka.common.TopicPartition;

/// Hears of rotten ranges. Called on a worker, without any guard; every pass tells again of what is
/// still rotten.
@FunctionalInterface
public interface ScrubListener {

  void onRot(TopicPartition partition, RottenRange range);
}
