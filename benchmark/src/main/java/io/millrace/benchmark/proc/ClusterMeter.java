package io.millrace.benchmark.proc;

import java.util.List;

/// Measures several broker processes together, from its making to [#stop]. All of them live
/// throughout.
public final class ClusterMeter {
  private final List<Long> brokers;
  private final List<ProcessSnapshot> before;
  private final long clientBefore;
  private final OtherWork otherWork;
  private final long nanosBefore;

  private ClusterMeter(List<Long> brokers) {
    this.brokers = List.copyOf(brokers);
    this.before = this.brokers.stream().map(ProcessSnapshot::of).toList();
    this.clientBefore = ProcessSnapshot.cpuTicks(self());
    this.otherWork = OtherWork.since(this.brokers);
    this.nanosBefore = System.nanoTime();
  }

  /// Begins to measure.
  ///
  /// @param brokers process ids
  public static ClusterMeter start(List<Long> brokers) {
    return new ClusterMeter(brokers);
  }

  /// What was spent since the start: CPU and switches of all brokers together, memory of the
  /// largest one.
  public Usage stop() {
    double seconds = (System.nanoTime() - nanosBefore) / 1e9;
    double foreign = otherWork.share(brokers);
    long clientTicks = ProcessSnapshot.cpuTicks(self()) - clientBefore;
    long ticks = 0;
    long switches = 0;
    long peakRssKb = 0;
    long rssKb = 0;
    for (int i = 0; i < brokers.size(); i++) {
      ProcessSnapshot after = ProcessSnapshot.of(brokers.get(i));
      ticks += after.cpuTicks() - before.get(i).cpuTicks();
      switches += after.switchesSince(before.get(i));
      peakRssKb = Math.max(peakRssKb, after.peakRssKb());
      rssKb = Math.max(rssKb, after.rssKb());
    }
    return new Usage(
        seconds,
        ticks / (double) ProcStat.TICKS_PER_SECOND,
        clientTicks / (double) ProcStat.TICKS_PER_SECOND,
        switches,
        peakRssKb,
        rssKb,
        foreign,
        Usage.NOT_KNOWN);
  }

  private static long self() {
    return ProcessHandle.current().pid();
  }
}
