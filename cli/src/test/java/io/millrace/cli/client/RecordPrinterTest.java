package io.millrace.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cli.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class RecordPrinterTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void plainLinesAreValuesWithTheirKeysWhereAsked() throws IOException {
    RecordPrinter.plain(out, null).print(record("k", "v"));
    RecordPrinter.plain(out, "=").print(record("k", "v"));
    RecordPrinter.plain(out, "=").print(record(null, null));

    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("v\nk=v\n=\n");
  }

  @Test
  void jsonLinesCarryEverything() throws IOException {
    ConsumerRecord<byte[], byte[]> record = record("ключ", null);
    record.headers().add("h", new byte[] {(byte) 0xff});
    RecordPrinter printer = RecordPrinter.json(out);
    printer.print(record);
    printer.print(record("k", "v"));

    String[] lines = out.toString(StandardCharsets.UTF_8).split("\n");
    assertThat(lines).hasSize(2);
    assertThat(lines[0])
        .isEqualTo(
            "{\"topic\":\"t\",\"partition\":3,\"offset\":42,\"timestamp\":-1,\"key\":\"ключ\","
                + "\"value\":null,\"headers\":[{\"name\":\"h\",\"value_base64\":\"/w==\"}]}");
    assertThat((Map<?, ?>) Json.read(lines[1]))
        .hasToString("{topic=t, partition=3, offset=42, timestamp=-1, key=k, value=v}");
  }

  private static ConsumerRecord<byte[], byte[]> record(
      @org.jspecify.annotations.Nullable String key,
      @org.jspecify.annotations.Nullable String value) {
    return new ConsumerRecord<>("t", 3, 42, bytes(key), bytes(value));
  }

  private static byte @org.jspecify.annotations.Nullable [] bytes(
      @org.jspecify.annotations.Nullable String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }
}
