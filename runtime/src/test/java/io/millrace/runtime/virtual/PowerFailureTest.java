package io.millrace.runtime.virtual;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.runtime.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// What a virtual disk forgets, and what it never may.
class PowerFailureTest {

  private static final Path DATA = Path.of("/data");
  private static final Path LOG = DATA.resolve("log");

  /// Runs as part of a scenario.
  private interface Scene {
    void play(VirtualWorld world, VirtualNode node) throws IOException;
  }

  private static void forSeeds(int count, Scene scene) throws IOException {
    for (long seed = 1; seed <= count; seed++) {
      VirtualWorld world = VirtualWorld.builder(seed).build();
      VirtualNode node = world.node("n1");
      node.disk().createDirectories(DATA);
      node.disk().syncDirectory(Path.of("/"));
      scene.play(world, node);
    }
  }

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  private static DiskFile durable(VirtualNode node, byte[] content) throws IOException {
    DiskFile file = node.disk().open(LOG);
    file.write(ByteBuffer.wrap(content), 0);
    file.sync();
    node.disk().syncDirectory(DATA);
    return file;
  }

  private static byte[] afterReboot(VirtualWorld world) throws IOException {
    return world.node("n1").disk().read(LOG);
  }

  @Test
  void keepsWhatWasSyncedAndAnyPartOfWhatWasNot() throws IOException {
    TreeSet<Integer> sizes = new TreeSet<>();
    int[] torn = {0};
    int[] zeros = {0};
    forSeeds(
        200,
        (world, node) -> {
          DiskFile file = durable(node, filled(5000, 1));
          world.runFor(1);
          file.write(ByteBuffer.wrap(filled(10_000, 2)), 5000);
          node.powerOff();
          byte[] content = afterReboot(world);
          assertThat(content.length).isBetween(5000, 15_000);
          assertThat(Arrays.copyOf(content, 5000)).isEqualTo(filled(5000, 1));
          sizes.add(content.length);
          int kept = 0;
          for (int i = 5000; i < content.length; i++) {
            assertThat(content[i]).isIn((byte) 0, (byte) 2);
            kept += content[i] / 2;
          }
          zeros[0] += kept < content.length - 5000 ? 1 : 0;
          torn[0] += kept % 512 != 0 && kept < content.length - 5000 ? 1 : 0;
        });
    assertThat(sizes).contains(5000, 15_000).hasSizeGreaterThan(10);
    assertThat(zeros[0]).isPositive();
    assertThat(torn[0]).isPositive();
  }

  @Test
  void overwritesPageByPageOrSectorBySector() throws IOException {
    TreeSet<String> outcomes = new TreeSet<>();
    forSeeds(
        200,
        (world, node) -> {
          DiskFile file = durable(node, filled(16_384, 1));
          world.runFor(1);
          file.write(ByteBuffer.wrap(filled(16_384, 2)), 0);
          node.powerOff();
          byte[] content = afterReboot(world);
          StringBuilder sectors = new StringBuilder();
          for (int at = 0; at < content.length; at += 512) {
            byte first = content[at];
            assertThat(Arrays.copyOfRange(content, at, at + 512)).isEqualTo(filled(512, first));
            sectors.append(first);
          }
          outcomes.add(sectors.toString());
        });
    assertThat(outcomes).contains("1".repeat(32), "2".repeat(32)).hasSizeGreaterThan(20);
    assertThat(outcomes).anyMatch(sectors -> sectors.startsWith("12") || sectors.startsWith("21"));
  }

  @Test
  void mayUndoACutThatWasNotSynced() throws IOException {
    TreeSet<Integer> sizes = new TreeSet<>();
    forSeeds(
        50,
        (world, node) -> {
          DiskFile file = durable(node, filled(9000, 1));
          world.runFor(1);
          file.truncate(1000);
          node.powerOff();
          byte[] content = afterReboot(world);
          sizes.add(content.length);
          assertThat(Arrays.copyOf(content, 1000)).isEqualTo(filled(1000, 1));
        });
    assertThat(sizes).contains(1000, 9000);
  }

  @Test
  void countsASyncWithTheStepThatCalledIt() throws IOException {
    int[] lost = {0};
    forSeeds(
        50,
        (world, node) -> {
          durable(node, new byte[0]);
          world.runFor(1_000_000_000);
          node.disk().faults().syncNanos(1_000_000_000);
          node.workers()
              .execute(() -> {
                try {
                  DiskFile file = node.disk().open(LOG);
                  file.write(ByteBuffer.wrap(filled(100, 1)), 0);
                  file.sync();
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
          world.runFor(100_000_000);
          node.powerOff();
          lost[0] += Arrays.equals(afterReboot(world), filled(100, 1)) ? 0 : 1;
        });
    assertThat(lost[0]).isZero();
  }

  @Test
  void killKeepsThePageCache() throws IOException {
    forSeeds(
        20,
        (world, node) -> {
          DiskFile file = node.disk().open(LOG);
          file.write(ByteBuffer.wrap(filled(9000, 1)), 0);
          node.kill();
          assertThat(afterReboot(world)).isEqualTo(filled(9000, 1));
        });
  }

  @Test
  void losesEntriesOfDirectoriesThatWereNotSynced() throws IOException {
    TreeSet<List<String>> outcomes = new TreeSet<>((a, b) -> a.toString().compareTo(b.toString()));
    forSeeds(
        100,
        (world, node) -> {
          VirtualDisk disk = node.disk();
          disk.open(DATA.resolve("kept")).release();
          disk.syncDirectory(DATA);
          disk.open(DATA.resolve("a")).sync();
          disk.open(DATA.resolve("b")).sync();
          disk.rename(DATA.resolve("a"), DATA.resolve("c"));
          disk.delete(DATA.resolve("kept"));
          node.powerOff();
          outcomes.add(world.node("n1").disk().list(DATA));
        });
    assertThat(outcomes)
        .containsExactlyInAnyOrder(
            List.of("kept"),
            List.of("a", "kept"),
            List.of("a", "b", "kept"),
            List.of("b", "c", "kept"),
            List.of("b", "c"));
  }

  @Test
  void replacesASmallFileAsAWholeWhereverItCrashes() throws IOException {
    List<String> outcomes = new ArrayList<>();
    for (int operation = 1; operation <= 6; operation++) {
      int crashAt = operation;
      forSeeds(
          30,
          (world, node) -> {
            node.disk().replace(LOG, "old".getBytes(UTF_8));
            world.runFor(1);
            node.disk().faults().crashAfter(crashAt, Crash.POWER);
            try {
              node.disk().replace(LOG, "newer".getBytes(UTF_8));
            } catch (NodeCrashed e) {
              // As planned.
            }
            outcomes.add(new String(afterReboot(world), UTF_8));
          });
    }
    assertThat(outcomes).hasSize(180).containsOnly("old", "newer").contains("old", "newer");
    forSeeds(
        30,
        (world, node) -> {
          node.disk().replace(LOG, "durable".getBytes(UTF_8));
          world.runFor(1);
          node.powerOff();
          assertThat(new String(afterReboot(world), UTF_8)).isEqualTo("durable");
        });
  }

  @Test
  void endsTheStepInWhoseMiddleItCrashes() throws IOException {
    forSeeds(
        10,
        (world, node) -> {
          List<String> seen = new ArrayList<>();
          node.disk().faults().crashAfter(2, Crash.KILL);
          node.loops()
              .getFirst()
              .execute(() -> {
                try {
                  DiskFile file = node.disk().open(LOG);
                  node.loops().getLast().execute(() -> seen.add("posted"));
                  file.write(ByteBuffer.wrap(filled(9000, 1)), 0);
                  seen.add("written");
                } catch (IOException e) {
                  seen.add("failed");
                }
              });
          world.runFor(1_000_000_000);
          assertThat(node.alive()).isFalse();
          assertThat(seen).isEmpty();
          assertThat(afterReboot(world).length).isBetween(0, 9000);
        });
  }

  @Test
  void fencesTheHandlesAndLocksOfEarlierIncarnations() throws IOException {
    VirtualWorld world = VirtualWorld.builder(1).build();
    VirtualNode first = world.node("n1");
    DiskFile file = first.disk().open(Path.of("f"));
    first.disk().lock(Path.of(".lock"));
    first.kill();
    VirtualNode second = world.node("n1");
    assertThat(second.incarnation()).isEqualTo("n1#2");
    assertThatThrownBy(() -> file.write(ByteBuffer.allocate(1), 0)).isInstanceOf(NodeCrashed.class);
    second.disk().lock(Path.of(".lock"));
    assertThat(world.node("n1")).isSameAs(second);
  }
}
