package io.millrace.benchmark.proc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProcStatTest {
  private static final String MACHINE =
      """
      cpu  6685 4018 4020 205368 592 7 71 42 0 0
      cpu0 2904 2014 1590 103838 39 3 15 19 0 0
      cpu1 3781 2003 2430 101530 552 4 55 22 0 0
      intr 12345 0 9
      """;

  @Test
  void countsFieldsFromTheLastParenthesisOfTheName() {
    String stat =
        "4242 (a (odd) name) S 1 2 3 0 -1 4194560 10 20 30 40 700 55 9 8 20 0 33 0 99 1 2";
    assertThat(ProcStat.cpuTicks(stat)).isEqualTo(755);
    assertThat(ProcStat.cpuTicksWithChildren(stat)).isEqualTo(755 + 9 + 8);
  }

  @Test
  void busyIsProcessesAndStealWithoutInterrupts() {
    assertThat(ProcStat.busyTicks(MACHINE)).isEqualTo(6685 + 4018 + 4020 + 42);
    assertThat(ProcStat.processors(MACHINE)).isEqualTo(2);
  }

  @Test
  void readsNumbersOfStatusByTheirWholeKey() {
    String status =
        "Name:\tjava\nVmHWM:\t  374120 kB\nvoluntary_ctxt_switches:\t12\nnonvoluntary_ctxt_switches:\t3\n";
    assertThat(ProcStat.number(status, "VmHWM")).isEqualTo(374120);
    assertThat(ProcStat.number(status, "voluntary_ctxt_switches")).isEqualTo(12);
    assertThat(ProcStat.number(status, "nonvoluntary_ctxt_switches")).isEqualTo(3);
    assertThat(ProcStat.number(status, "VmSwap")).isZero();
  }

  @Test
  void countsSwitchesOfThreadsThatBeganInBetween() {
    ProcessSnapshot before = new ProcessSnapshot(0, Map.of(1, 10L, 2, 20L), 0, 0);
    ProcessSnapshot after = new ProcessSnapshot(0, Map.of(1, 15L, 3, 4L), 0, 0);
    assertThat(after.switchesSince(before)).isEqualTo(9);
  }

  @Test
  void metersThisProcess() {
    long self = ProcessHandle.current().pid();
    Usage usage = Meter.start(self, List.of()).stop(self);
    assertThat(usage.rssKb()).isPositive();
    assertThat(usage.peakRssKb()).isGreaterThanOrEqualTo(usage.rssKb());
    assertThat(usage.foreign()).isNotNegative();
  }

  @Test
  void aProcessThatIsGoneIsAnError() {
    assertThatThrownBy(() -> ProcessSnapshot.of(Integer.MAX_VALUE))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(Integer.toString(Integer.MAX_VALUE));
  }
}
