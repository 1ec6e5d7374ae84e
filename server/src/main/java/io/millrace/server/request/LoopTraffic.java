package io.millrace.server.request;

import java.util.Arrays;
import org.apache.kafka.common.protocol.ApiKeys;
import org.jspecify.annotations.Nullable;

/// What one loop has answered, by API. Belongs to its loop: plain additions on the hot path, and
/// one look at the clock for all answers of a step. Who wants the figures asks the loop for a
/// [#copy].
public final class LoopTraffic {

  /// Bucket `i` counts what took less than `2^i` µs; the last one takes the rest.
  public static final int BUCKETS = 25;

  private static final int MAX_API_ID =
      Arrays.stream(ApiKeys.values()).mapToInt(api -> api.id).max().orElse(0);

  /// One API's figures.
  public static final class OfApi {
    private long requests;
    private long requestBytes;
    private long failures;
    private long answers;
    private long nanos;
    private final long[] buckets = new long[BUCKETS];

    private void add(OfApi other) {
      requests += other.requests;
      requestBytes += other.requestBytes;
      failures += other.failures;
      answers += other.answers;
      nanos += other.nanos;
      for (int i = 0; i < BUCKETS; i++) {
        buckets[i] += other.buckets[i];
      }
    }

    /// Requests read.
    public long requests() {
      return requests;
    }

    public long requestBytes() {
      return requestBytes;
    }

    /// Requests that failed as a whole, by a handler's exception.
    public long failures() {
      return failures;
    }

    /// Answers encoded.
    public long answers() {
      return answers;
    }

    /// From the read of the request to its answer's encoding, summed over all answers; a parked
    /// fetch's wait is part of it, as in Kafka's TotalTimeMs.
    public long nanos() {
      return nanos;
    }

    /// Answers in bucket `i`, see [LoopTraffic#BUCKETS].
    public long bucket(int i) {
      return buckets[i];
    }
  }

  private final @Nullable OfApi[] byApi = new OfApi[MAX_API_ID + 1];

  // The answers of the running step.
  private long[] begunNanos = new long[64];
  private short[] apis = new short[64];
  private int pending;

  void onRequest(short api, int bytes) {
    OfApi figures = of(api);
    figures.requests++;
    figures.requestBytes += bytes;
  }

  void onFailure(short api) {
    of(api).failures++;
  }

  void onAnswer(short api, long begun) {
    if (pending == apis.length) {
      begunNanos = Arrays.copyOf(begunNanos, 2 * pending);
      apis = Arrays.copyOf(apis, 2 * pending);
    }
    begunNanos[pending] = begun;
    apis[pending++] = api;
  }

  boolean hasAnswers() {
    return pending > 0;
  }

  /// The step that gave these answers ends at `nowNanos`.
  void endStep(long nowNanos) {
    for (int i = 0; i < pending; i++) {
      OfApi figures = of(apis[i]);
      long took = Math.max(0, nowNanos - begunNanos[i]);
      figures.answers++;
      figures.nanos += took;
      figures.buckets[bucketOf(took)]++;
    }
    pending = 0;
  }

  static int bucketOf(long nanos) {
    return Math.min(BUCKETS - 1, 64 - Long.numberOfLeadingZeros(nanos / 1_000));
  }

  private OfApi of(short api) {
    OfApi figures = byApi[api];
    if (figures == null) {
      figures = new OfApi();
      byApi[api] = figures;
    }
    return figures;
  }

  /// The API's figures, null before its first request. Of a copy, on any thread.
  public @Nullable OfApi of(ApiKeys api) {
    return byApi[api.id];
  }

  /// The figures as they are now. On the loop.
  public LoopTraffic copy() {
    LoopTraffic copy = new LoopTraffic();
    copy.add(this);
    return copy;
  }

  /// Adds another loop's copy to this one.
  public void add(LoopTraffic other) {
    for (short api = 0; api <= MAX_API_ID; api++) {
      OfApi figures = other.byApi[api];
      if (figures != null) {
        of(api).add(figures);
      }
    }
  }
}
