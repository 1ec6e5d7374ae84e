package io.millrace.benchmark.row;

import io.millrace.benchmark.load.ClosedLoop;
import io.millrace.benchmark.load.Ledger;
import io.millrace.benchmark.load.Limit;
import io.millrace.benchmark.load.LoadException;
import io.millrace.benchmark.load.Outcome;
import io.millrace.benchmark.wire.Payload;
import java.io.IOException;
import java.time.Duration;

/// A topic filled with records of 1 KiB, and what was acknowledged of them.
record Filled(Topic topic, Ledger acknowledged, Payload payload) {
  private static final int CONNECTIONS = 6;
  private static final int DEPTH = 3;

  /// Fails where the broker takes longer for it than any disk should.
  static Filled with(Trial trial, String name, int partitions, long bytes) throws IOException {
    Topic topic = Topic.create(trial, name, partitions);
    Payload payload = Payload.randomBatch(1024);
    Ledger acknowledged = new Ledger(partitions);
    try (ClosedLoop loop = ProduceRow.loop(topic, acknowledged, payload, CONNECTIONS, DEPTH)) {
      long batches = bytes / payload.valueBytes();
      Outcome outcome = loop.run(new Limit(batches, Duration.ofMinutes(5)));
      if (outcome.requests() < batches) {
        throw new LoadException(
            "%d of %d batches written in five minutes".formatted(outcome.requests(), batches));
      }
    }
    return new Filled(topic, acknowledged, payload);
  }
}
