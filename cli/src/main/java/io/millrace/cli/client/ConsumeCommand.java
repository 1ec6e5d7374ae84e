package io.millrace.cli.client;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.JsonOption;
import io.millrace.cli.Logging;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `millrace consume`: records of topics to standard output.
@Command(
    name = "consume",
    mixinStandardHelpOptions = true,
    description = {
      "Print the records of topics, one a line, until Ctrl-C or until an option ends it.",
      "With --group, goes on where the group was, and commits what was printed."
    })
final class ConsumeCommand implements Callable<Integer> {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final int OUTPUT_BUFFER_BYTES = 1 << 16;
  private static final long CLOSE_TIMEOUT_MS = 5_000;

  private final Console console;

  @Parameters(arity = "1..*", paramLabel = "TOPIC", description = "The topics.")
  List<String> topics = List.of();

  @Option(
      names = {"-g", "--group"},
      paramLabel = "ID",
      description = "Consume as a member of this group (default: alone, without a group).")
  @Nullable String group;

  @Option(
      names = "--group-protocol",
      paramLabel = "NAME",
      description = "consumer (KIP-848) or classic (default: classic).")
  @Nullable String groupProtocol;

  @Option(
      names = "--from-beginning",
      description = "Begin at the oldest record; of a group, only where it has committed nothing.")
  boolean fromBeginning;

  @Option(
      names = {"-p", "--partition"},
      paramLabel = "N",
      description = "Only this partition. Not with --group.")
  @Nullable Integer partition;

  @Option(
      names = {"-o", "--offset"},
      paramLabel = "N",
      description = "Begin at this offset. Not with --group.")
  @Nullable Long offset;

  @Option(
      names = {"-n", "--max-messages"},
      paramLabel = "N",
      description = "End after so many records.")
  @Nullable Long maxMessages;

  @Option(
      names = {"-e", "--exit-at-end"},
      description = "End where the topics ended when this command began.")
  boolean exitAtEnd;

  @Option(
      names = "--idle-timeout",
      paramLabel = "SECONDS",
      description = "End when no record came for so long; fails if --max-messages is not reached.")
  @Nullable Double idleSeconds;

  @Option(
      names = {"-K", "--key-separator"},
      paramLabel = "TEXT",
      description = "Print key and TEXT before each value.")
  @Nullable String keySeparator;

  @Option(
      names = "--isolation-level",
      paramLabel = "LEVEL",
      defaultValue = "read_uncommitted",
      description = "read_uncommitted or read_committed (default: ${DEFAULT-VALUE}).")
  String isolationLevel = "read_uncommitted";

  @Mixin ClientOptions client = new ClientOptions();
  @Mixin JsonOption json = new JsonOption();

  ConsumeCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    if (group != null && (partition != null || offset != null)) {
      throw CommandFailure.usage(
          "--group excludes --partition and --offset", "move a group by `group reset-offsets`");
    }
    Logging.forCommand(console.err());
    var closed = new CountDownLatch(1);
    try (OutputStream out = new BufferedOutputStream(console.out(), OUTPUT_BUFFER_BYTES);
        var consumer =
            new KafkaConsumer<>(
                config(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      Thread onSignal = wakeOnSignal(consumer, closed);
      subscribe(consumer);
      RecordPrinter printer =
          json.wanted() ? RecordPrinter.json(out) : RecordPrinter.plain(out, keySeparator);
      long printed = consume(consumer, printer, out);
      Runtime.getRuntime().removeShutdownHook(onSignal);
      return end(printed);
    } catch (WakeupException _) {
      return ExitCode.OK;
    } catch (KafkaException e) {
      throw Failures.of("topic " + String.join(",", topics), e);
    } finally {
      console.flush();
      closed.countDown();
    }
  }

  private int end(long printed) {
    console.flush();
    console.note(String.format(Locale.ROOT, "%,d records", printed));
    if (maxMessages != null && printed < maxMessages && !exitAtEnd) {
      throw CommandFailure.failed(
          "only " + printed + " of " + maxMessages + " records came",
          "--idle-timeout waits longer");
    }
    return ExitCode.OK;
  }

  private Map<String, Object> config() {
    Map<String, Object> config = client.connect();
    config.putIfAbsent("auto.offset.reset", fromBeginning ? "earliest" : "latest");
    config.putIfAbsent("isolation.level", isolationLevel);
    config.putIfAbsent("allow.auto.create.topics", "false");
    config.putIfAbsent("fetch.max.wait.ms", 200);
    // What is committed is what was printed, see Printing.
    config.put("enable.auto.commit", "false");
    if (group != null) {
      config.put("group.id", group);
      if (groupProtocol != null) {
        config.put("group.protocol", groupProtocol.toLowerCase(Locale.ROOT));
      }
    }
    return config;
  }

  private void subscribe(KafkaConsumer<byte[], byte[]> consumer) {
    if (group != null) {
      consumer.subscribe(topics);
      return;
    }
    List<TopicPartition> partitions = new ArrayList<>();
    for (String topic : topics) {
      List<PartitionInfo> found = consumer.partitionsFor(topic);
      if (found == null || found.isEmpty()) {
        throw CommandFailure.failed(
            "topic " + topic + " does not exist", "see what there is: millrace topic list");
      }
      found.stream()
          .map(info -> new TopicPartition(topic, info.partition()))
          .filter(each -> partition == null || each.partition() == partition)
          .forEach(partitions::add);
    }
    consumer.assign(partitions);
    if (offset != null) {
      partitions.forEach(each -> consumer.seek(each, offset));
    } else if (fromBeginning) {
      consumer.seekToBeginning(partitions);
    } else {
      consumer.seekToEnd(partitions);
    }
  }

  private long consume(
      KafkaConsumer<byte[], byte[]> consumer, RecordPrinter printer, OutputStream out)
      throws IOException {
    var printing =
        new Printing(consumer, printer, maxMessages == null ? Long.MAX_VALUE : maxMessages);
    var ends = exitAtEnd ? new EndOffsets(consumer) : null;
    long lastNs = System.nanoTime();
    while (true) {
      int count = printing.print(consumer.poll(POLL));
      out.flush();
      console.out().flush();
      if (console.out().checkError()) {
        return printing.printed(); // nobody reads any more
      }
      if (group != null && count > 0) {
        consumer.commitSync(printing.offsets());
      }
      lastNs = count > 0 ? System.nanoTime() : lastNs;
      boolean idle =
          idleSeconds != null
              && System.nanoTime() - lastNs > idleSeconds * TimeUnit.SECONDS.toNanos(1);
      if (idle || printing.isFull() || ends != null && ends.reached()) {
        return printing.printed();
      }
    }
  }

  /// On SIGINT or SIGTERM the consumer leaves its group before the process ends.
  private static Thread wakeOnSignal(KafkaConsumer<?, ?> consumer, CountDownLatch closed) {
    var thread =
        new Thread(
            () -> {
              consumer.wakeup();
              try {
                closed.await(CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS);
              } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
              }
            },
            "on-signal");
    Runtime.getRuntime().addShutdownHook(thread);
    return thread;
  }
}
