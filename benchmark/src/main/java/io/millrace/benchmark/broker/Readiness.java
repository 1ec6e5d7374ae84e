package io.millrace.benchmark.broker;

import io.millrace.benchmark.wire.ControlConnection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;

/// Asks a starting broker for all metadata until the answer is complete: a cluster id, a broker,
/// and for every partition a leader and no error.
final class Readiness {
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private Readiness() {}

  /// Returns whether the broker got ready before the time was over or it was no longer `alive`.
  static boolean await(InetSocketAddress address, Duration timeout, BooleanSupplier alive) {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (System.nanoTime() < deadline && alive.getAsBoolean()) {
      try (ControlConnection connection = new ControlConnection(address)) {
        while (System.nanoTime() < deadline) {
          if (complete(metadata(connection))) {
            return true;
          }
          LockSupport.parkNanos(POLL_NANOS);
        }
      } catch (IOException e) {
        // Not listening yet, or closing what it cannot serve yet.
        LockSupport.parkNanos(POLL_NANOS);
      }
    }
    return false;
  }

  private static MetadataResponseData metadata(ControlConnection connection) throws IOException {
    return (MetadataResponseData)
        connection.ask(ApiKeys.METADATA, new MetadataRequestData().setTopics(null));
  }

  private static boolean complete(MetadataResponseData metadata) {
    return metadata.clusterId() != null
        && !metadata.brokers().isEmpty()
        && metadata.topics().stream()
            .flatMap(topic -> topic.partitions().stream())
            .allMatch(partition -> partition.errorCode() == 0 && partition.leaderId() >= 0);
  }
}
