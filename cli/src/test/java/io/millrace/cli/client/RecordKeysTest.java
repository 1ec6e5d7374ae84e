package io.millrace.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cli.CommandFailure;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordKeysTest {
  @ParameterizedTest
  @CsvSource(
      value = {
        "k:v|:|k|v",
        "k::v|::|k|v",
        "k:v:w|:|k|v:w",
        ":v|:||v",
        "k:|:|k|''",
        "none|:|NIL|none"
      },
      delimiter = '|',
      emptyValue = "",
      nullValues = "NIL")
  void theKeyStandsBeforeTheFirstSeparator(
      String line, String separator, String key, String value) {
    RecordKeys.KeyValue split = new RecordKeys.BeforeSeparator(separator).split(bytes(line));

    assertThat(split.key()).isEqualTo(line.equals("none") ? null : bytes(key == null ? "" : key));
    assertThat(split.value()).isEqualTo(bytes(value));
  }

  @Test
  void theKeyIsAFieldAndTheRecordStaysWhole() {
    byte[] flight = bytes("{\"deep\":{\"origin\":\"no\"},\"origin\":\"DTW\",\"delay\":66}");

    RecordKeys.KeyValue split = new RecordKeys.JsonField("origin").split(flight);

    assertThat(split.key()).isEqualTo(bytes("DTW"));
    assertThat(split.value()).isSameAs(flight);
  }

  @Test
  void aNumberIsAKeyByItsText() {
    assertThat(new RecordKeys.JsonField("delay").split(bytes("{\"delay\":-6}")).key())
        .isEqualTo(bytes("-6"));
  }

  @Test
  void aMissingOrNullFieldGivesNoKey() {
    assertThat(new RecordKeys.JsonField("origin").split(bytes("{\"origin\":null}")).key()).isNull();
    assertThat(new RecordKeys.JsonField("origin").split(bytes("{}")).key()).isNull();
  }

  @ParameterizedTest
  @CsvSource({"text", "[1]", "{\"a\":"})
  void whatIsNoObjectFails(String record) {
    assertThatThrownBy(() -> new RecordKeys.JsonField("a").split(bytes(record)))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("--key-field a");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
