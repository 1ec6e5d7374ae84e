package io.millrace.simulation;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/// Holds the two rules that everything else stands on: arrows between rooms point down only, and
/// the core reaches the world through `runtime` only. Each ban names what to use instead.
class ArchitectureTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.millrace");

  /// Shells: they run the core in a process and may touch the world.
  private static final DescribedPredicate<JavaClass> CORE =
      describe(
          "are core",
          type ->
              isIn(type, "log", "metadata", "replication", "coordination", "server")
                  && !type.getName().startsWith("io.millrace.server.Node$")
                  && !type.getName().equals("io.millrace.server.Node"));

  private static boolean isIn(JavaClass type, String... rooms) {
    for (String room : rooms) {
      String name = "io.millrace." + room;
      if (type.getPackageName().equals(name) || type.getPackageName().startsWith(name + ".")) {
        return true;
      }
    }
    return false;
  }

  @Test
  void arrowsPointDownOnly() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("runtime")
        .definedBy("io.millrace.runtime..")
        .layer("log")
        .definedBy("io.millrace.log..")
        .layer("metadata")
        .definedBy("io.millrace.metadata..")
        .layer("replication")
        .definedBy("io.millrace.replication..")
        .layer("coordination")
        .definedBy("io.millrace.coordination..")
        .layer("server")
        .definedBy("io.millrace.server..")
        .whereLayer("server")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("coordination")
        .mayOnlyBeAccessedByLayers("server")
        .whereLayer("replication")
        .mayOnlyBeAccessedByLayers("coordination", "server")
        .whereLayer("metadata")
        .mayOnlyBeAccessedByLayers("replication", "coordination", "server")
        .whereLayer("log")
        .mayOnlyBeAccessedByLayers("metadata", "replication", "coordination", "server")
        .check(CLASSES);
  }

  @Test
  void theCoreReadsNoClock() {
    ban(
        calls(System.class, "currentTimeMillis|nanoTime")
            .or(calls(java.time.Instant.class, "now"))
            .or(calls(java.time.LocalDateTime.class, "now")),
        "World.clock()");
  }

  @Test
  void theCoreStartsNoThread() {
    ban(
        calls(Thread.class, "<init>|start|sleep|ofVirtual|ofPlatform")
            .or(calls(java.util.concurrent.Executors.class, ".*"))
            .or(calls(java.util.Timer.class, "<init>")),
        "World.loops(), World.dedicatedLoop() or World.workers()");
  }

  @Test
  void theCoreThrowsNoDice() {
    ban(
        calls(Math.class, "random")
            .or(calls(java.util.UUID.class, "randomUUID"))
            .or(calls(java.util.concurrent.ThreadLocalRandom.class, "current"))
            .or(calls(java.security.SecureRandom.class, "<init>"))
            .or(calls(java.util.Random.class, "<init>"))
            .or(calls(org.apache.kafka.common.Uuid.class, "randomUuid")),
        "World.entropy()");
  }

  @Test
  void theCoreOpensNoFile() {
    ban(
        calls(java.nio.file.Files.class, ".*")
            .or(calls(java.io.FileInputStream.class, "<init>"))
            .or(calls(java.io.FileOutputStream.class, "<init>"))
            .or(calls(java.io.RandomAccessFile.class, "<init>"))
            .or(calls(java.nio.channels.FileChannel.class, "open"))
            .or(calls(java.io.File.class, "delete|mkdirs?|renameTo|list.*|exists|length")),
        "World.disk()");
  }

  @Test
  void theCoreOpensNoSocket() {
    ban(
        calls(java.net.Socket.class, "<init>")
            .or(calls(java.net.ServerSocket.class, "<init>"))
            .or(calls(java.nio.channels.SocketChannel.class, "open"))
            .or(calls(java.nio.channels.ServerSocketChannel.class, "open")),
        "World.network()");
  }

  @Test
  void theCoreDoesNotKnowNetty() {
    noClasses()
        .that(CORE)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.netty..")
        .because("the core is written against runtime's Connection and EventLoop")
        .check(CLASSES);
  }

  @Test
  void theCoreDoesNotWaitForFutures() {
    ban(
        calls(java.util.concurrent.Future.class, "get")
            .or(calls(java.util.concurrent.CompletableFuture.class, "join|get"))
            .or(calls(java.util.concurrent.CountDownLatch.class, "await")),
        "a completion posted to a loop");
  }

  private static DescribedPredicate<JavaCall<?>> calls(Class<?> type, String names) {
    return describe(
        type.getSimpleName() + "." + names,
        call -> call.getTargetOwner().isAssignableTo(type) && call.getName().matches(names));
  }

  private static void ban(DescribedPredicate<JavaCall<?>> calls, String instead) {
    noClasses()
        .that(CORE)
        .should()
        .callCodeUnitWhere(calls)
        .because("the simulator could not replay it; use " + instead)
        .check(CLASSES);
  }
}
