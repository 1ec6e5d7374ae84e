package io.millrace.benchmark.broker;

import java.nio.file.Path;

/// The JDK that runs this process runs the brokers too.
final class Java {
  private Java() {}

  static String executable() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }
}
