package io.millrace.acceptance.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.acceptance.harness.Clients;
import io.millrace.acceptance.harness.Millrace;
import io.millrace.acceptance.harness.NodeInPlace;
import io.millrace.acceptance.harness.NodeInPlace.Software;
import io.millrace.acceptance.harness.OnlyMillrace;
import io.millrace.acceptance.harness.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/// A directory that Kafka can go on with and Millrace cannot is refused by name, and left as it
/// was.
@OnlyMillrace
class RefusedTest {

  @Test
  void anOpenTransaction() throws IOException {
    try (NodeInPlace node = new NodeInPlace(1).formattedByKafka().start(Software.KAFKA)) {
      Clients clients = node.clients();
      new Filling(clients).one("orders");
      Producer<String, String> producer = clients.producer("transactional.id", "till-7");
      producer.initTransactions();
      producer.beginTransaction();
      Clients.get(producer.send(new ProducerRecord<>("orders", "k", "v")));
      node.kill();
      producer.close(Duration.ZERO);
      Path data = node.logDirs().getFirst();
      SortedMap<String, Long> before = files(data);

      Program.Ended refused = node.startInVain(Software.MILLRACE);
      assertThat(refused.exitCode()).isEqualTo(1);
      assertThat(refused.err()).contains("Transactions are open: till-7 (Ongoing)");
      assertThat(files(data)).isEqualTo(before);

      Program.Ended told = Millrace.command("doctor", data.toString()).run();
      assertThat(told.exitCode()).isEqualTo(1);
      assertThat(told.out()).contains("would be REFUSED", "till-7 (Ongoing)");
      assertThat(files(data)).isEqualTo(before);
    }
  }

  private static SortedMap<String, Long> files(Path directory) throws IOException {
    SortedMap<String, Long> found = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.toList()) {
        found.put(file.toString(), Files.getLastModifiedTime(file).toMillis());
      }
    }
    return found;
  }
}
