package io.millrace.acceptance.ecosystem;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.acceptance.harness.Await;
import io.millrace.acceptance.harness.Broker;
import io.millrace.acceptance.harness.FreePorts;
import io.millrace.acceptance.harness.Program;
import io.millrace.acceptance.harness.Suite;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A distributed worker of Kafka Connect carries the lines of a file into a topic and from there
/// into another file; a second worker goes on where the first one stopped.
class ConnectTest {
  @RegisterExtension static final Broker broker = Broker.judged();

  @Test
  void carriesAFileThroughATopicIntoAFile() throws IOException {
    Path directory = Suite.scratchDirectory("connect");
    Path from = Files.writeString(directory.resolve("from.txt"), "one\ntwo\n");
    Path to = directory.resolve("to.txt");
    String topic = broker.clients().topic("connect-file", 1);
    try {
      try (Worker worker = Worker.start(directory)) {
        worker.create(
            "source",
            """
            {"connector.class": "org.apache.kafka.connect.file.FileStreamSourceConnector",
             "tasks.max": "1", "file": "%s", "topic": "%s"}\
            """
                .formatted(from, topic));
        worker.create(
            "sink",
            """
            {"connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector",
             "tasks.max": "1", "file": "%s", "topics": "%s"}\
            """
                .formatted(to, topic));
        awaitLines(to, "one", "two");
        Files.writeString(from, "three\n", StandardOpenOption.APPEND);
        awaitLines(to, "one", "two", "three");
        assertThat(worker.get("/connectors/sink/status")).contains("\"state\":\"RUNNING\"");
        worker.stop();
      }
      Files.writeString(from, "four\n", StandardOpenOption.APPEND);
      try (Worker worker = Worker.start(directory)) {
        awaitLines(to, "one", "two", "three", "four");
        worker.stop();
      }
      assertThat(broker.clients().readAll(topic).stream().map(ConsumerRecord::value))
          .containsExactly("one", "two", "three", "four");
    } finally {
      Suite.delete(directory);
    }
  }

  private static void awaitLines(Path file, String... lines) {
    Await.until("lines arrive", () -> Files.readAllLines(file), List.of(lines)::equals);
  }

  /// A worker process and its REST interface.
  private static final class Worker implements AutoCloseable {
    private final Program.Running process;
    private final String address;
    private final HttpClient http = HttpClient.newHttpClient();

    private Worker(Program.Running process, String address) {
      this.process = process;
      this.address = address;
    }

    static Worker start(Path directory) throws IOException {
      int port = FreePorts.chooseOne();
      Path properties = directory.resolve("worker.properties");
      Files.writeString(
          properties,
          """
          bootstrap.servers=%s
          group.id=connect-workers
          listeners=http://127.0.0.1:%d
          key.converter=org.apache.kafka.connect.storage.StringConverter
          value.converter=org.apache.kafka.connect.storage.StringConverter
          config.storage.topic=connect-configs
          config.storage.replication.factor=1
          offset.storage.topic=connect-offsets
          offset.storage.replication.factor=1
          offset.storage.partitions=5
          status.storage.topic=connect-status
          status.storage.replication.factor=1
          status.storage.partitions=2
          offset.flush.interval.ms=500
          heartbeat.interval.ms=500
          scheduled.rebalance.max.delay.ms=0
          plugin.discovery=hybrid_warn
          """
              .formatted(broker.bootstrap(), port));
      Program.Running process =
          Program.ofJava(
                  Suite.classPath(),
                  "org.apache.kafka.connect.cli.ConnectDistributed",
                  properties.toString())
              .start();
      Worker worker = new Worker(process, "http://127.0.0.1:" + port);
      Await.untilTrue(
          "the worker answers: " + process.err(), () -> worker.get("/connectors").startsWith("["));
      return worker;
    }

    void create(String name, String config) {
      Await.until(
          "the connector " + name + " is created",
          () ->
              http.send(
                      HttpRequest.newBuilder(
                              URI.create(address + "/connectors/" + name + "/config"))
                          .header("Content-Type", "application/json")
                          .timeout(Duration.ofSeconds(30))
                          .PUT(HttpRequest.BodyPublishers.ofString(config))
                          .build(),
                      HttpResponse.BodyHandlers.ofString())
                  .statusCode(),
          status -> status == 201 || status == 200);
    }

    String get(String path) throws IOException {
      try {
        return http.send(
                HttpRequest.newBuilder(URI.create(address + path))
                    .timeout(Duration.ofSeconds(10))
                    .build(),
                HttpResponse.BodyHandlers.ofString())
            .body();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException(e);
      }
    }

    void stop() {
      process.terminate().awaitEnd(Duration.ofSeconds(60));
    }

    @Override
    public void close() {
      process.close();
      http.close();
    }
  }
}
