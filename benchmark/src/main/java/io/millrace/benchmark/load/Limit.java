package io.millrace.benchmark.load;

import java.time.Duration;

/// When a run stops sending: after so many requests or so long, whichever comes first.
public record Limit(long requests, Duration time) {
  public static Limit seconds(double seconds) {
    return new Limit(Long.MAX_VALUE, Duration.ofNanos((long) (seconds * 1e9)));
  }

  /// For loads that end by themselves.
  public static Limit none() {
    return new Limit(Long.MAX_VALUE, Duration.ofHours(1));
  }
}
