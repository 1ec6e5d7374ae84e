package io.millrace.runtime.real;

import io.millrace.runtime.Stage;
import io.millrace.runtime.World;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/// The machine itself, with a directory below `java.io.tmpdir`.
final class RealStage implements Stage {

  private final CopyOnWriteArrayList<Throwable> faults = new CopyOnWriteArrayList<>();
  private final RealWorld world;
  private final Path directory;

  RealStage(boolean nativeTransport) {
    world =
        RealWorld.builder()
            .loops(2)
            .nativeTransport(nativeTransport)
            .faultHandler((where, fault) -> faults.add(fault))
            .build();
    try {
      directory = Files.createTempDirectory("stage");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public World world() {
    return world;
  }

  @Override
  public Path directory() {
    return directory;
  }

  @Override
  public <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(20, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("did not happen; faults: " + faults, e);
    }
  }

  @Override
  public List<Throwable> faults() {
    return faults;
  }

  @Override
  public void close() {
    world.close();
    try {
      new NioDisk().deleteTree(directory);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
