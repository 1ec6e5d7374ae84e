package io.millrace.runtime.virtual;

import io.millrace.runtime.Stage;
import io.millrace.runtime.World;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// One node of a virtual world.
final class VirtualStage implements Stage {

  private static final long PATIENCE_NANOS = 100_000_000_000L;

  private final List<Throwable> faults = new ArrayList<>();
  private final VirtualWorld world;
  private final Path directory = Path.of("/data");

  VirtualStage(long seed) {
    world = VirtualWorld.builder(seed).faultHandler((where, fault) -> faults.add(fault)).build();
    try {
      world().disk().createDirectories(directory);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public World world() {
    return world.node("n1");
  }

  @Override
  public Path directory() {
    return directory;
  }

  @Override
  public <T> T await(CompletableFuture<T> future) {
    return world.await(future, PATIENCE_NANOS);
  }

  @Override
  public List<Throwable> faults() {
    return faults;
  }

  @Override
  public void close() {
    world.node("n1").kill();
  }
}
