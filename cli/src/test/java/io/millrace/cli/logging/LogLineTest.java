package io.millrace.cli.logging;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LogLineTest {
  private final LogLine line = new LogLine(TimeZone.getTimeZone("GMT+2"));

  @Test
  void writesOneLineInLocalTime() {
    assertThat(format(LogLevel.INFO, "ready on 9092", null))
        .isEqualTo("2026-11-22 01:02:03.004 INFO  main Node ready on 9092\n");
  }

  @Test
  void addsTheStackTraceOfAnError() {
    assertThat(format(LogLevel.ERROR, "cannot write", new IllegalStateException("disk gone")))
        .contains(" ERROR ", "cannot write\n", "IllegalStateException: disk gone", "\tat ");
  }

  private String format(LogLevel level, String message, @Nullable Throwable thrown) {
    long time = Instant.parse("2026-11-21T23:02:03.004Z").toEpochMilli();
    return line.format(time, level, "main", "io.millrace.server.Node", message, thrown);
  }
}
