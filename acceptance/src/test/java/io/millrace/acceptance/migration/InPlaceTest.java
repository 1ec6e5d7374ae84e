package io.millrace.acceptance.migration;

import io.millrace.acceptance.harness.Clients;
import io.millrace.acceptance.harness.DumpLog;
import io.millrace.acceptance.harness.NodeInPlace;
import io.millrace.acceptance.harness.NodeInPlace.Software;
import io.millrace.acceptance.harness.OnlyMillrace;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A node's directories go from Apache Kafka to Millrace, back to Kafka and to Millrace again, each
/// time stopped cleanly or killed: what the next one serves is what the last one did, and a
/// producer that was there all the time goes on with its sequence.
@OnlyMillrace
class InPlaceTest {

  /// How each of them ends.
  enum Ending {
    CLEAN(NodeInPlace::stop),
    KILLED(NodeInPlace::kill);

    private final Consumer<NodeInPlace> how;

    Ending(Consumer<NodeInPlace> how) {
      this.how = how;
    }
  }

  @ParameterizedTest
  @EnumSource
  void thereAndBack(Ending ending) {
    try (NodeInPlace node = new NodeInPlace(2).formattedByKafka().start(Software.KAFKA)) {
      Clients clients = node.clients();
      Filling filling = new Filling(clients);
      filling.topics();
      filling.transactions();
      if (ending == Ending.CLEAN) {
        filling.trimmed();
      }
      filling.group("classic-members", "classic", "codec-zstd");
      filling.group("consumer-members", "consumer", "codec-gzip");
      filling.one("standing");
      try (Producer<String, String> producer = clients.producer("delivery.timeout.ms", 120_000)) {
        Filling.send(producer, "standing", 0, 10);
        int sent = 10;
        for (Software next : List.of(Software.MILLRACE, Software.KAFKA, Software.MILLRACE)) {
          SortedMap<String, List<String>> before = Contents.of(clients);
          ending.how.accept(node);
          node.start(next);
          Contents.same(next.name(), Contents.of(clients), before);

          filling.one("made-" + sent);
          filling.group("classic-members", "classic", "codec-zstd");
          filling.group("new-members-" + sent, "consumer", "codec-lz4");
          Filling.send(producer, "standing", sent, sent + 10);
          sent += 10;
        }
      }
      node.stop();
      DumpLog.readsEverythingIn(node.logDirs());
    }
  }
}
