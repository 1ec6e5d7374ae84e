package io.millrace.benchmark;

import io.millrace.benchmark.broker.BrokerUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a reader must know to judge the figures.
final class Conditions {
  private static final double KIB_PER_GIB = 1024.0 * 1024;

  private Conditions() {}

  static Map<String, String> of(List<BrokerUnderTest> brokers, Options options, int runs) {
    Map<String, String> conditions = new LinkedHashMap<>();
    conditions.put(
        "machine",
        "%d processors (%s), %.0f GiB, Linux %s"
            .formatted(
                Runtime.getRuntime().availableProcessors(),
                field("/proc/cpuinfo", "model name"),
                Double.parseDouble(field("/proc/meminfo", "MemTotal").split(" ")[0]) / KIB_PER_GIB,
                System.getProperty("os.version")));
    conditions.put("java", Runtime.version().toString());
    for (BrokerUnderTest broker : brokers) {
      conditions.put(broker.name(), broker.version());
    }
    conditions.put(
        "runs",
        "%d quiet ones each, in turns; other work at most %.0f %% of the machine%s"
            .formatted(
                runs, options.maxNoisePercent, options.quick ? "; quick: a look, no result" : ""));
    return conditions;
  }

  private static String field(String file, String name) {
    try {
      return Files.readAllLines(Path.of(file)).stream()
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(line.indexOf(':') + 1).trim())
          .findFirst()
          .orElse("0");
    } catch (IOException e) {
      return "0";
    }
  }
}
