package io.millrace.acceptance.harness;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The settings of a run of the suite (system properties, given by the module's `pom.xml`) and its
/// places on disk.
public final class Suite {
  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final String RUN = Long.toString(System.nanoTime() & 0xffffff, 36);
  private static final Path SCRATCH = target().resolve("scratch");

  private Suite() {}

  /// Which broker is judged.
  public enum Judged {
    /// The built distribution, through `./millrace cluster`.
    MILLRACE,
    /// Apache Kafka of the pinned version, to prove the tests.
    KAFKA
  }

  /// The switch `acceptance.broker`.
  public static Judged judged() {
    return switch (System.getProperty("acceptance.broker", "millrace")) {
      case "millrace" -> Judged.MILLRACE;
      case "kafka" -> Judged.KAFKA;
      case String other ->
          throw new IllegalArgumentException("acceptance.broker=" + other + ": millrace or kafka");
    };
  }

  /// How often the kill test kills (`acceptance.kills`).
  public static int kills() {
    return Integer.parseInt(System.getProperty("acceptance.kills", "5"));
  }

  /// How many faults the chaos test makes (`acceptance.faults`).
  public static int faults() {
    return Integer.parseInt(System.getProperty("acceptance.faults", "6"));
  }

  /// Whether the chaos test puts its nodes into network namespaces (`acceptance.namespaces`).
  public static boolean inNamespaces() {
    return Boolean.parseBoolean(System.getProperty("acceptance.namespaces", "false"));
  }

  /// A source of random moments. Its seed is printed; `acceptance.seed` repeats one.
  public static Random random(String concern) {
    String given = System.getProperty("acceptance.seed", "");
    long seed = given.isEmpty() ? ThreadLocalRandom.current().nextLong() : Long.parseLong(given);
    System.out.println(concern + ": -Dacceptance.seed=" + seed);
    return new Random(seed);
  }

  /// The directory of this module.
  public static Path basedir() {
    return Path.of(System.getProperty("acceptance.basedir", "")).toAbsolutePath();
  }

  /// The module's build directory.
  public static Path target() {
    String given = System.getProperty("acceptance.target", "");
    return given.isEmpty() ? basedir().resolve("target") : Path.of(given);
  }

  /// A place for files of this run, below the build directory.
  public static Path scratch() {
    try {
      return Files.createDirectories(SCRATCH);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A fresh directory in [#scratch()].
  public static Path scratchDirectory(String prefix) {
    try {
      return Files.createTempDirectory(scratch(), prefix);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A name that no other test of this run uses: tests share a broker and know no order.
  public static String unique(String what) {
    return what + "-" + RUN + "-" + NAMES.incrementAndGet();
  }

  /// The class path of this JVM: Kafka's clients, tools and broker.
  public static String classPath() {
    String whole =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    StringBuilder jars = new StringBuilder();
    for (String entry : whole.split(File.pathSeparator, -1)) {
      if (!entry.endsWith(".xml")) {
        jars.append(jars.isEmpty() ? "" : File.pathSeparator).append(entry);
      }
    }
    return jars.toString();
  }

  /// Deletes a directory with all that is in it; one that is not there is fine.
  public static void delete(@Nullable Path root) {
    if (root == null || !Files.exists(root)) {
      return;
    }
    try {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.deleteIfExists(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                throws IOException {
              Files.deleteIfExists(directory);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
