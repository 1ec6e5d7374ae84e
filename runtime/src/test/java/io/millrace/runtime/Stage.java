package io.millrace.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// A world that a contract test plays in, and how to wait there: the real one waits for its
/// threads, the virtual one runs its steps.
public interface Stage extends AutoCloseable {

  World world();

  /// An empty directory of that world's disk.
  Path directory();

  /// Lets the world go on until the future is done. Fails when that never happens.
  <T> T await(CompletableFuture<T> future);

  /// The faults reported so far.
  List<Throwable> faults();

  @Override
  void close();
}
