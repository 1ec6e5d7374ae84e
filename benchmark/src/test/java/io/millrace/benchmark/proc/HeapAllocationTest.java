package io.millrace.benchmark.proc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeapAllocationTest {
  @Test
  void addsUpWhatEveryThreadAllocated() {
    String threads =
        """
        "main" #1 [25] prio=5 cpu=9.1ms elapsed=2.0s allocated=3072B defined_classes=7 tid=0x1
        "raft" #31 prio=5 cpu=9.1ms elapsed=2.0s allocated=200K defined_classes=0 tid=0x2
        "loop-1-1" #32 prio=5 cpu=9.1ms elapsed=2.0s allocated=101M defined_classes=0 tid=0x3
        "VM Thread" os_prio=0 cpu=8.0ms elapsed=2.0s tid=0x4
        """;
    assertThat(HeapAllocation.sum(threads)).isEqualTo(3072 + (200L << 10) + (101L << 20));
  }

  @Test
  void knowsNothingOfWhatIsNoJvm() {
    assertThat(HeapAllocation.sum("")).isEqualTo(HeapAllocation.UNKNOWN);
  }

  @Test
  void asksALivingJvm() {
    assertThat(HeapAllocation.of(ProcessHandle.current().pid())).isPositive();
  }
}
