package io.millrace.acceptance.commands;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.acceptance.harness.Await;
import io.millrace.acceptance.harness.FreePorts;
import io.millrace.acceptance.harness.Millrace;
import io.millrace.acceptance.harness.OnlyMillrace;
import io.millrace.acceptance.harness.Program;
import io.millrace.acceptance.harness.Suite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A node in the foreground: `millrace dev`, and `millrace start` with Kafka's own properties.
@OnlyMillrace
class NodeCommandTest {
  private final Path directory = Suite.scratchDirectory("node");

  @AfterEach
  void clean() {
    Suite.delete(directory);
  }

  @Test
  void devNeedsNoConfiguration() throws IOException {
    int port = FreePorts.chooseOne();
    try (Program.Running node =
        Millrace.command("dev", "--port", Integer.toString(port), "--dir", directory.toString())
            .start()) {
      awaitNode("127.0.0.1:" + port, node);
      assertThat(node.out())
          .contains("Millrace is ready on 127.0.0.1:" + port, directory.toString());
      assertThat(node.terminate().awaitEnd(Duration.ofSeconds(30)).exitCode()).isIn(0, 143);
    }
    assertThat(directory.resolve(".kafka_cleanshutdown")).exists();
  }

  @Test
  void startTakesKafkasPropertiesAndEndsCleanlyOnSigterm() throws IOException {
    List<Integer> ports = FreePorts.choose(2);
    int port = ports.getFirst();
    int controller = ports.getLast();
    Path properties = directory.resolve("server.properties");
    Files.writeString(
        properties,
        """
        process.roles=broker,controller
        node.id=7
        controller.quorum.voters=7@127.0.0.1:%2$d
        listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
        advertised.listeners=PLAINTEXT://127.0.0.1:%1$d
        inter.broker.listener.name=PLAINTEXT
        controller.listener.names=CONTROLLER
        listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
        num.network.threads=3
        num.io.threads=8
        socket.send.buffer.bytes=102400
        log.dirs=%3$s/a,%3$s/b
        num.partitions=4
        offsets.topic.replication.factor=1
        transaction.state.log.replication.factor=1
        log.retention.hours=168
        """
            .formatted(port, controller, directory));
    for (int run = 0; run < 2; run++) {
      try (Program.Running node = Millrace.command("start", "-c", properties.toString()).start()) {
        awaitNode("127.0.0.1:" + port, node);
        assertThat(node.terminate().awaitEnd(Duration.ofSeconds(30)).exitCode()).isIn(0, 143);
      }
      assertThat(directory.resolve("a/meta.properties")).exists();
      assertThat(directory.resolve("b/meta.properties")).exists();
      assertThat(directory.resolve("a/.kafka_cleanshutdown")).exists();
    }
  }

  @Test
  void startNamesEveryProblemAndItsKey() throws IOException {
    Path properties = directory.resolve("server.properties");
    Files.writeString(
        properties,
        """
        process.roles=broker,controller
        node.id=seven
        num.partitions=-1
        authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
        """);
    Program.Ended ended = Millrace.command("start", "-c", properties.toString()).run();
    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err()).contains("node.id", "seven", "num.partitions");
  }

  private static void awaitNode(String bootstrap, Program.Running node) {
    try (Admin admin = Millrace.admin(bootstrap)) {
      Await.untilTrue(
          "the node serves",
          () -> {
            if (!node.isAlive()) {
              throw new AssertionError("the node ended:\n" + node.out() + node.err());
            }
            return admin.describeCluster().nodes().get(10, TimeUnit.SECONDS).size() == 1;
          });
    }
  }
}
