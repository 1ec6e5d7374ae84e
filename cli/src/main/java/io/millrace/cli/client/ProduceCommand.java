package io.millrace.cli.client;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.Console;
import io.millrace.cli.ExitCode;
import io.millrace.cli.Json;
import io.millrace.cli.JsonOption;
import io.millrace.cli.Logging;
import io.millrace.cli.Progress;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `millrace produce`: records from a file or standard input to a topic.
@Command(
    name = "produce",
    mixinStandardHelpOptions = true,
    description = {
      "Write records from a file or standard input, one a line, to a topic.",
      "Ends with success only if every record was acknowledged."
    })
final class ProduceCommand implements Callable<Integer> {
  private static final int INPUT_BUFFER_BYTES = 1 << 18;

  private final Console console;

  @Parameters(paramLabel = "TOPIC", description = "The topic.")
  String topic = "";

  @Option(
      names = {"-f", "--file"},
      paramLabel = "FILE",
      description = "Read this file instead of standard input.")
  @Nullable Path file;

  @Option(
      names = {"-K", "--key-separator"},
      paramLabel = "TEXT",
      description = "Each line is key, TEXT, value.")
  @Nullable String keySeparator;

  @Option(
      names = "--key-field",
      paramLabel = "NAME",
      description = {
        "The key is this field of each JSON object. The input is one object a line, or one array"
            + " of objects."
      })
  @Nullable String keyField;

  @Option(
      names = "--array",
      description = "The input may be one JSON array; each of its elements is a record.")
  boolean array;

  @Option(
      names = {"-H", "--header"},
      paramLabel = "NAME=VALUE",
      description = "A header of every record. Repeatable.")
  Map<String, String> headers = new LinkedHashMap<>();

  @Option(
      names = {"-p", "--partition"},
      paramLabel = "N",
      description = "Write to this partition (default: by key, as Java clients do).")
  @Nullable Integer partition;

  @Option(
      names = {"-z", "--compression"},
      paramLabel = "CODEC",
      defaultValue = "none",
      description = "none, gzip, snappy, lz4 or zstd (default: ${DEFAULT-VALUE}).")
  String compression = "none";

  @Option(
      names = "--acks",
      paramLabel = "N",
      defaultValue = "all",
      description = "all, 1 or 0 (default: ${DEFAULT-VALUE}).")
  String acks = "all";

  @Mixin ClientOptions client = new ClientOptions();
  @Mixin JsonOption json = new JsonOption();

  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
  private long bytes;

  ProduceCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    if (keySeparator != null && keyField != null) {
      throw CommandFailure.usage("--key-separator and --key-field exclude each other", "");
    }
    Logging.forCommand(console.err());
    long startedNs;
    try (InputStream in = input();
        var producer =
            new KafkaProducer<>(config(), new ByteArraySerializer(), new ByteArraySerializer());
        var _ = Progress.show(console, () -> acknowledged.get() + " records to " + topic)) {
      startedNs = System.nanoTime();
      send(producer, RecordSource.of(in, array || keyField != null));
      producer.flush();
    } catch (KafkaException e) {
      throw Failures.of("topic " + topic, e);
    }
    Exception failed = failure.get();
    report((System.nanoTime() - startedNs) / 1e9);
    if (failed != null) {
      throw Failures.of("topic " + topic, failed);
    }
    return ExitCode.OK;
  }

  private void send(KafkaProducer<byte[], byte[]> producer, RecordSource source)
      throws IOException {
    RecordKeys keys = keys();
    for (byte[] input = source.next();
        input != null && failure.get() == null;
        input = source.next()) {
      RecordKeys.KeyValue split = keys.split(input);
      var record = new ProducerRecord<>(topic, partition, split.key(), split.value());
      headers.forEach(
          (name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
      bytes += input.length;
      producer.send(
          record,
          (_, thrown) -> {
            if (thrown == null) {
              acknowledged.incrementAndGet();
            } else {
              failure.compareAndSet(null, thrown);
            }
          });
    }
  }

  private RecordKeys keys() {
    if (keyField != null) {
      return new RecordKeys.JsonField(keyField);
    }
    return keySeparator == null
        ? new RecordKeys.None()
        : new RecordKeys.BeforeSeparator(keySeparator);
  }

  private Map<String, Object> config() {
    Map<String, Object> config = client.connect();
    config.putIfAbsent("acks", acks);
    config.putIfAbsent("compression.type", compression);
    config.putIfAbsent("linger.ms", 5);
    config.putIfAbsent("batch.size", 1 << 17);
    config.putIfAbsent("delivery.timeout.ms", client.timeoutSeconds * 1_000 + 5_000);
    config.putIfAbsent("max.block.ms", client.timeoutSeconds * 1_000);
    return config;
  }

  private InputStream input() throws IOException {
    if (file == null) {
      return new BufferedInputStream(console.in(), INPUT_BUFFER_BYTES);
    }
    if (!Files.isReadable(file)) {
      throw CommandFailure.usage("cannot read " + file, "check --file");
    }
    return new BufferedInputStream(Files.newInputStream(file), INPUT_BUFFER_BYTES);
  }

  private void report(double seconds) {
    long records = acknowledged.get();
    if (json.wanted()) {
      console.json(
          Json.object(
              "topic", topic,
              "records", records,
              "bytes", bytes,
              "seconds", Math.round(seconds * 1e3) / 1e3));
    } else {
      console.note(
          String.format(Locale.ROOT, "%,d records to %s in %.2f s", records, topic, seconds));
    }
  }
}
