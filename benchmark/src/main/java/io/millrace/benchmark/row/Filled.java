package io.millrace.benchmark.row;

import io.millrace.benchmark.load.ClosedLoop;
import io.millrace.benchmark.load.Ledger;
import io.millrace.benchmark.load.Limit;
import io.millrace.benchmark.wire.Payload;
import java.io.IOException;
import java.time.Duration;

/// A topic filled with records of 1 KiB, and what was acknowledged of them.
record Filled(Topic topic, Ledger acknowledged, Payload payload) {
  private static final int CONNECTIONS = 6;
  private static final int DEPTH = 3;

  static Filled with(Trial trial, String name, int partitions, long bytes) throws IOException {
    Topic topic = Topic.create(trial, name, partitions);
    Payload payload = Payload.randomBatch(1024);
    Ledger acknowledged = new Ledger(partitions);
    try (ClosedLoop loop = ProduceRow.loop(topic, acknowledged, payload, CONNECTIONS, DEPTH)) {
      loop.run(new Limit(bytes / payload.valueBytes(), Duration.ofMinutes(5)));
    }
    return new Filled(topic, acknowledged, payload);
  }
}
