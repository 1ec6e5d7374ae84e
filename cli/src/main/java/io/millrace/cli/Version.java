package io.millrace.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Properties;

/// What `--version` prints.
public final class Version {
  private Version() {}

  /// Millrace's own version.
  public static String millrace() {
    return property("millrace");
  }

  private static String property(String key) {
    try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
      var properties = new Properties();
      if (in != null) {
        properties.load(in);
      }
      return properties.getProperty(key, "unknown");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Millrace's version, the Kafka protocol's, the Java runtime's.
  public static List<String> lines() {
    return List.of(
        "millrace " + millrace(),
        "Kafka protocol " + property("kafka"),
        "Java " + System.getProperty("java.vm.version") + ", " + System.getProperty("java.vendor"));
  }
}
