package io.millrace.log;

import java.io.IOException;

/// What has to be synced so that a log is durable up to an offset. Made under the log's guard by
/// [PartitionLog#prepareFlush], run by anybody without it, then handed back under the guard to
/// [PartitionLog#completeFlush].
public interface FlushTicket {

  /// Everything below is durable once [#run] has returned.
  long upToOffset();

  /// Waits for the device. Runs at most once; a failure takes the log directory offline.
  void run() throws IOException;
}
