package io.millrace.acceptance.harness;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// One broker process of either kind. Lives in a directory, keeps its address over restarts.
sealed interface Node permits MillraceNode, KafkaNode {
  /// Starts with the given settings (Kafka's names) and returns when a client can use it.
  void start(Map<String, String> settings);

  /// Asks it to end and waits until it has.
  void stop();

  /// Kills it (SIGKILL) and waits until the process is gone.
  void kill();

  boolean isAlive();

  /// Where clients connect, `host:port`.
  String bootstrap();

  /// What it printed, for a failure's message.
  List<Path> logs();
}
