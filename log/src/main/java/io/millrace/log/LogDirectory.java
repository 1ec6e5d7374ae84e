package io.millrace.log;

import java.nio.file.Path;
import org.apache.kafka.common.Uuid;

/// One entry of `log.dirs`. Thread-safe.
public final class LogDirectory {

  private final Path path;
  private final Uuid id;
  private volatile boolean online = true;

  LogDirectory(Path path, Uuid id) {
    this.path = path;
    this.id = id;
  }

  public Path path() {
    return path;
  }

  /// `directory.id` of its `meta.properties`.
  public Uuid id() {
    return id;
  }

  /// Goes false once, for good, at the first I/O error.
  public boolean isOnline() {
    return online;
  }

  void takeOffline() {
    online = false;
  }
}
