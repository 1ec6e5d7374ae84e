package io.millrace.log;

import java.io.IOException;

/// Hears of directories that fail. Called on any thread, without locks held.
@FunctionalInterface
public interface LogDirectoryListener {

  /// All logs of the directory are gone from [LogDirectories].
  void onOffline(LogDirectory directory, IOException cause);
}
