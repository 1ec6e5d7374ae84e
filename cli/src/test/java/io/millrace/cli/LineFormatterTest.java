package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class LineFormatterTest {
  private final LineFormatter formatter = new LineFormatter(ZoneOffset.ofHours(2));

  @Test
  void writesOneLineInLocalTime() {
    var event = new LogRecord(Level.INFO, "ready on {0}");
    event.setParameters(new Object[] {"9092"});
    event.setLoggerName("io.millrace.server.Node");
    event.setInstant(Instant.parse("2026-11-21T23:02:03.004Z"));

    String thread = Thread.currentThread().getName();
    assertThat(formatter.format(event))
        .isEqualTo("2026-11-22 01:02:03.004 INFO  " + thread + " Node ready on 9092\n");
  }

  @Test
  void addsTheStackTraceOfAnError() {
    var event = new LogRecord(Level.SEVERE, "cannot write");
    event.setThrown(new IllegalStateException("disk gone"));

    assertThat(formatter.format(event))
        .contains(" ERROR ", "cannot write\n", "IllegalStateException: disk gone", "\tat ");
  }
}
