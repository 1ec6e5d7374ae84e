package io.millrace.log;

import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Folders and files that are no longer part of any log: renamed at once, removed later, off every
/// guard, so that readers which still hold them can finish. What a crash leaves is removed at
/// start.
final class FolderRemoval {

  static final String DELETE_SUFFIX = "-delete";
  static final String STRAY_SUFFIX = "-stray";

  private static final Logger LOG = LoggerFactory.getLogger(FolderRemoval.class);

  private final World world;
  private final BiConsumer<LogDirectory, IOException> onFailure;
  private final Object guard = new Object();
  private final List<Runnable> untilStarted = new ArrayList<>();
  private @Nullable EventLoop timerLoop;

  FolderRemoval(World world, BiConsumer<LogDirectory, IOException> onFailure) {
    this.world = world;
    this.onFailure = onFailure;
  }

  /// From now on there is a loop to time delays on.
  void start(EventLoop loop) {
    List<Runnable> waiting;
    synchronized (guard) {
      timerLoop = loop;
      waiting = List.copyOf(untilStarted);
      untilStarted.clear();
    }
    waiting.forEach(Runnable::run);
  }

  /// Renames the folder of a deleted partition, and removes it after the delay.
  void removeFolder(LogDirectory directory, Path folder, TopicPartition partition, long delayMs)
      throws IOException {
    Path marked = rename(directory, folder, partition, DELETE_SUFFIX);
    later(delayMs, () -> removeNow(directory, marked));
  }

  /// Sets a folder aside that the metadata does not place here.
  void markStray(LogDirectory directory, Path folder, TopicPartition partition) throws IOException {
    Path marked = rename(directory, folder, partition, STRAY_SUFFIX);
    LOG.warn("{} does not belong to this broker by the metadata: set aside as {}", folder, marked);
  }

  private Path rename(LogDirectory directory, Path folder, TopicPartition partition, String suffix)
      throws IOException {
    String name = DirectoryLoad.markedName(partition, world.entropy().uuid(), suffix);
    Path marked = directory.path().resolve(name);
    world.disk().rename(folder, marked);
    world.disk().syncDirectory(directory.path());
    return marked;
  }

  void removeNow(LogDirectory directory, Path folder) {
    world
        .workers()
        .execute(() -> {
          try {
            world.disk().deleteTree(folder);
          } catch (IOException e) {
            onFailure.accept(directory, e);
          }
        });
  }

  /// Removes renamed files after the delay.
  void removeFiles(LogDirectory directory, List<Path> files, long delayMs) {
    later(
        delayMs,
        () ->
            world
                .workers()
                .execute(() -> {
                  try {
                    for (Path file : files) {
                      world.disk().delete(file);
                    }
                  } catch (IOException e) {
                    onFailure.accept(directory, e);
                  }
                }));
  }

  private void later(long delayMs, Runnable step) {
    EventLoop loop;
    synchronized (guard) {
      loop = timerLoop;
      if (loop == null) {
        untilStarted.add(() -> later(delayMs, step));
        return;
      }
    }
    loop.schedule(delayMs * 1_000_000L, step);
  }
}
