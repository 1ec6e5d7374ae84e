package io.millrace.runtime.virtual;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A running hash of everything that has happened in a world: two runs are the same when their
/// hashes are. A listener sees each entry as a line, to find where two runs part.
public final class Trace {

  private long hash;
  private long entries;
  private @Nullable Consumer<String> listener;

  /// The hash of all entries so far.
  public long hash() {
    return hash;
  }

  public long entries() {
    return entries;
  }

  /// Gives every entry from now on to `lines`, as text.
  public void listen(Consumer<String> lines) {
    listener = lines;
  }

  /// Adds an entry. The strings' own hash function is part of Java's specification, so it may
  /// count.
  void add(long nanos, String who, String what, long detail) {
    entries++;
    hash = Seeds.mix(hash ^ nanos);
    hash = Seeds.mix(hash ^ ((long) who.hashCode() << 32) ^ what.hashCode());
    hash = Seeds.mix(hash ^ detail);
    if (listener != null) {
      listener.accept(nanos + " " + who + " " + what + " " + Long.toHexString(detail));
    }
  }
}
