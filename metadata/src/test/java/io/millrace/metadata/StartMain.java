package io.millrace.metadata;

import io.millrace.runtime.real.RealWorld;
import java.nio.file.Files;
import java.nio.file.Path;

/// Measures the chain format, raft leader, controller active, registered, unfenced, a few times in
/// one process. Run by hand.
public final class StartMain {

  private StartMain() {}

  public static void main(String[] args) throws Exception {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 8;
    for (int i = 0; i < rounds; i++) {
      Path directory = Files.createTempDirectory("millrace-start");
      for (String kind : new String[] {"first", "again"}) {
        try (RealWorld world = RealWorld.builder().build()) {
          long begin = System.nanoTime();
          TestNode node = TestNode.open(world, directory);
          long opened = System.nanoTime();
          node.start().awaitUnfenced();
          long unfenced = System.nanoTime();
          node.createTopic("t" + kind, 3).get();
          long topic = System.nanoTime();
          node.close();
          long closed = System.nanoTime();
          System.out.printf(
              "%s: format+open %d ms, to unfenced %d ms, create topic %d ms, close %d ms%n",
              kind,
              (opened - begin) / 1_000_000,
              (unfenced - opened) / 1_000_000,
              (topic - unfenced) / 1_000_000,
              (closed - topic) / 1_000_000);
        }
      }
      try (RealWorld world = RealWorld.builder().build()) {
        world.disk().deleteTree(directory);
      }
    }
  }
}
