package io.millrace.cli.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.server.api.Loggers;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.common.config.LogLevelConfig;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class ProcessLoggersTest {
  private final ProcessLoggers loggers = new ProcessLoggers();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  ProcessLoggersTest() {
    configure(Map.of("root", LogLevel.WARN, "io.millrace", LogLevel.INFO));
  }

  @Test
  void aLoggerFollowsTheNearestNameThatHasALevel() {
    Logger ours = loggers.getLogger("io.millrace.log.Segment");
    Logger theirs = loggers.getLogger("org.apache.kafka.raft");
    assertThat(ours.isInfoEnabled()).isTrue();
    assertThat(theirs.isInfoEnabled()).isFalse();

    loggers.setLevel("io.millrace.log", "ERROR");
    assertThat(ours.isWarnEnabled()).isFalse();
    assertThat(loggers.levels())
        .containsEntry("io.millrace.log.Segment", "ERROR")
        .containsEntry("io.millrace", "INFO")
        .containsEntry(Loggers.ROOT, "WARN");

    loggers.setLevel("io.millrace.log", null);
    assertThat(ours.isInfoEnabled()).isTrue();
  }

  @Test
  void everyLevelOfKafkaCanBeSet() {
    Logger logger = loggers.getLogger("a.b");
    for (String level : LogLevelConfig.VALID_LOG_LEVELS) {
      loggers.setLevel("a.b", level);
      String known = level.equals("FATAL") ? "ERROR" : level;
      assertThat(loggers.levels()).containsEntry("a.b", known);
    }
    assertThat(logger.isErrorEnabled()).isTrue();
    assertThatThrownBy(() -> loggers.setLevel("a.b", "LOUD"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theRootAlwaysHasALevel() {
    loggers.setLevel(Loggers.ROOT, "DEBUG");
    loggers.setLevel(Loggers.ROOT, null);
    assertThat(loggers.levels()).containsEntry(Loggers.ROOT, "WARN");
  }

  @Test
  void writesWhatIsOnWithItsArgumentsAndItsCause() {
    Logger logger = loggers.getLogger("io.millrace.server.Node");
    logger.info("ready on {} and {}", 9092, "nothing else");
    logger.debug("not seen");
    logger.warn("stops: {}", "disk", new IllegalStateException("gone"));

    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains(" INFO  ", " Node ready on 9092 and nothing else\n")
        .contains(" WARN  ", "stops: disk\n", "IllegalStateException: gone")
        .doesNotContain("not seen");
  }

  @Test
  void slf4jAndTheJdkLogThroughThisProcessesLoggers() {
    assertThat(LoggerFactory.getLogger("io.millrace.x")).isInstanceOf(ProcessLogger.class);
    assertThat(Loggers.ofThisProcess()).isSameAs(ProcessLoggers.ofThisProcess());

    ProcessLoggers.ofThisProcess().getLogger("some.library");
    ProcessLoggers.ofThisProcess().configure(stream(), Map.of("some.library", LogLevel.INFO));
    System.getLogger("some.library").log(System.Logger.Level.INFO, "{0} of {1}", 1, 2);
    System.getLogger("some.library").log(System.Logger.Level.DEBUG, "not seen");
    assertThat(out.toString(StandardCharsets.UTF_8)).contains(" library 1 of 2\n");
    ProcessLoggers.ofThisProcess().configure(System.err, Map.of());
  }

  private void configure(Map<String, LogLevel> levels) {
    loggers.configure(stream(), levels);
  }

  private PrintStream stream() {
    return new PrintStream(out, true, StandardCharsets.UTF_8);
  }
}
