package io.millrace.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.junit.jupiter.api.Test;

/// Each of Kafka's broker settings is used, named in the warning, or refused, and somebody has
/// decided which: `broker-keys.txt`. A setting that a later Kafka adds fails here.
class KeyPolicyTest {

  /// Between them they make every refusal speak that depends on the value.
  private static final List<String> TELLING_VALUES = List.of("x", "true", "SSL");

  private static String fate(String key) {
    if (TELLING_VALUES.stream().anyMatch(value -> KeyPolicy.refusal(key, value).isPresent())) {
      return "refused";
    }
    return KeyPolicy.isMeaningless(key) ? "warned" : "used";
  }

  @Test
  void everyKeyOfKafkaIsUsedWarnedOfOrRefusedAsTheTableSays() throws IOException {
    Map<String, String> table = new TreeMap<>();
    try (InputStream in = getClass().getResourceAsStream("/broker-keys.txt")) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      text.lines().map(line -> line.split(" ")).forEach(row -> table.put(row[1], row[0]));
    }
    Map<String, String> fates = new TreeMap<>();
    AbstractKafkaConfig.CONFIG_DEF.names().forEach(key -> fates.put(key, fate(key)));

    assertThat(fates).isEqualTo(table);
  }

  @Test
  void featuresThatAreNotThereAreRefusedOnlyWhereTheyAreAskedFor() {
    assertThat(KeyPolicy.refusal("remote.log.storage.system.enable", "false")).isEmpty();
    assertThat(KeyPolicy.refusal("security.inter.broker.protocol", "PLAINTEXT")).isEmpty();
    assertThat(KeyPolicy.refusal("authorizer.class.name", "")).isEmpty();
  }
}
