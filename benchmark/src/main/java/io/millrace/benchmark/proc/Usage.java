package io.millrace.benchmark.proc;

/// What happened between the start and the stop of a [Meter].
///
/// @param seconds wall time
/// @param brokerCpuSeconds user and system time of the broker
/// @param clientCpuSeconds the same of the load generator
/// @param switches context switches of the broker's threads
/// @param peakRssKb the broker's largest resident set since it began
/// @param rssKb the broker's resident set at the end
/// @param foreign share of the whole machine (0 to 1) that went to other work, the host's included
/// @param allocatedBytes what the broker's threads allocated on the heap, [#NOT_KNOWN] where they
///   could not be asked
public record Usage(
    double seconds,
    double brokerCpuSeconds,
    double clientCpuSeconds,
    long switches,
    long peakRssKb,
    long rssKb,
    double foreign,
    long allocatedBytes) {

  /// No figure for the heap.
  public static final long NOT_KNOWN = -1;
}
