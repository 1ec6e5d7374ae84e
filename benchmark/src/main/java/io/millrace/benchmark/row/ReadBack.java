package io.millrace.benchmark.row;

import io.millrace.benchmark.load.ClosedLoop;
import io.millrace.benchmark.load.FetchTraffic;
import io.millrace.benchmark.load.Ledger;
import io.millrace.benchmark.load.Limit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// Reads a whole topic with raw fetches and compares it with what was acknowledged: the same
/// batches at the same offsets without a gap, and every checksum computed.
final class ReadBack {
  private static final int CONNECTIONS = 4;

  private ReadBack() {}

  /// Fails with [io.millrace.benchmark.load.LoadException] where something is missing or wrong;
  /// else says what was read.
  static String check(Topic topic, Ledger acknowledged) {
    Ledger read = new Ledger(topic.partitions());
    List<FetchTraffic> traffic = new ArrayList<>();
    for (int c = 0; c < Math.min(CONNECTIONS, topic.partitions()); c++) {
      int first = c;
      int[] partitions =
          IntStream.range(0, topic.partitions()).filter(p -> p % CONNECTIONS == first).toArray();
      traffic.add(
          new FetchTraffic(
              topic.id(), partitions, acknowledged, read, FetchTraffic.Manner.CHECKED));
    }
    try (ClosedLoop loop =
        new ClosedLoop(topic.address(), traffic, 1, FetchTraffic.RECEIVE_BYTES)) {
      loop.run(Limit.none());
    }
    acknowledged.mustEqual(read);
    return "%,d acknowledged records read back".formatted(read.records());
  }
}
