package io.millrace.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.kafka.common.config.LogLevelConfig;
import org.junit.jupiter.api.Test;

class JulLoggersTest {

  private static final String PARENT = "io.millrace.test.loggers";
  private static final String CHILD = PARENT + ".child";

  private final Loggers loggers = new JulLoggers();

  @Test
  void levelsBearKafkasNamesAndAreInherited() {
    Logger parent = Logger.getLogger(PARENT);
    Logger child = Logger.getLogger(CHILD);
    parent.setLevel(Level.FINE);

    assertThat(loggers.levels()).containsEntry(CHILD, "DEBUG").containsKey(Loggers.ROOT);

    loggers.setLevel(CHILD, "ERROR");
    assertThat(loggers.levels()).containsEntry(CHILD, "ERROR").containsEntry(PARENT, "DEBUG");
    assertThat(child.isLoggable(Level.WARNING)).isFalse();

    loggers.setLevel(CHILD, null);
    assertThat(loggers.levels()).containsEntry(CHILD, "DEBUG");
    parent.setLevel(null);
  }

  @Test
  void everyLevelOfKafkaCanBeSet() {
    Logger logger = Logger.getLogger(CHILD);
    for (String level : LogLevelConfig.VALID_LOG_LEVELS) {
      loggers.setLevel(CHILD, level);
      assertThat(logger.getLevel()).as(level).isNotNull();
    }
    loggers.setLevel(CHILD, null);
  }
}
