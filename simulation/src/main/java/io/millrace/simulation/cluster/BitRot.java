package io.millrace.simulation.cluster;

import io.millrace.simulation.scenario.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Bits that flip on the disks of nodes, and what becomes of them.
///
/// The bounds: a stored batch that was synced and committed, of which every other replica has a
/// sound copy, so that a second loss leaves one. Of its 61 bytes of header, offset and leader epoch
/// are left alone: no checksum covers them, and a reader that comes before the scrub is given what
/// is there, as it is by Kafka.
final class BitRot {

  private static final Path DATA = Path.of("/data");
  private static final Path RECOVERY_POINTS = DATA.resolve("recovery-point-offset-checkpoint");
  private static final Path HIGH_WATERMARKS = DATA.resolve("replication-offset-checkpoint");
  private static final int LENGTH = 8;
  private static final int EPOCH = 12;
  private static final int MAGIC = 16;
  private static final int HEADER = 61;

  private final List<SimulatedNode> nodes;
  private final int replicas;
  private final Predicate<String> mayRot;
  private final List<Flip> flips = new ArrayList<>();

  /// A batch as it lies in a file.
  private record Place(SimulatedNode node, Path file, int position, int size, long baseOffset) {

    String folder() {
      return file.getName(1).toString();
    }
  }

  /// What a batch became.
  private record Flip(Place place, byte[] rotten) {

    boolean isThere() {
      byte[] now = place.node.machine().disk().peek(place.file);
      int end = place.position + rotten.length;
      return now.length >= end && Arrays.equals(now, place.position, end, rotten, 0, rotten.length);
    }
  }

  /// @param replicas of every partition
  /// @param mayRot by the name of a partition's folder
  BitRot(List<SimulatedNode> nodes, int replicas, Predicate<String> mayRot) {
    this.nodes = nodes;
    this.replicas = replicas;
    this.mayRot = mayRot;
  }

  /// Whether any flipped bit is as it was flipped, and where; null where all are repaired or gone.
  @Nullable String outstanding() {
    flips.removeIf(flip -> !flip.isThere());
    return flips.isEmpty() ? null : flips.getFirst().place.toString();
  }

  /// Whether the node has a batch that may rot, as far as it knows itself.
  boolean hasCandidates(SimulatedNode node) {
    return !candidates(node).isEmpty();
  }

  /// Flips one bit of a batch.
  ///
  /// @return what was done, null where there is no batch that may rot now
  @Nullable String flip(SimulatedNode node, Fault fault) {
    SplittableRandom random = new SplittableRandom(fault.detail() * 0x9e3779b97f4a7c15L);
    return flip(candidates(node), random, random.nextInt(), 4);
  }

  /// Flips bits of up to three batches of a node that is down. Every other time they are the last
  /// ones of their partitions, and in their headers: a start looks at those, at the rest a scrub.
  ///
  /// @return what was done
  List<String> rot(SimulatedNode node, Fault fault) {
    SplittableRandom random = new SplittableRandom(~fault.detail() * 0x9e3779b97f4a7c15L);
    List<String> done = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      boolean last = random.nextBoolean();
      List<Place> candidates = candidates(node);
      String flipped =
          flip(last ? lastOfEach(candidates) : candidates, random, random.nextInt(), 2);
      if (flipped != null) {
        done.add(flipped);
      }
    }
    return done;
  }

  private static List<Place> lastOfEach(List<Place> places) {
    Map<String, Place> last = new LinkedHashMap<>();
    places.forEach(place -> last.put(place.folder(), place));
    return List.copyOf(last.values());
  }

  /// @param which of the candidates, by any number
  /// @param headers one flip in so many is in a header
  private @Nullable String flip(
      List<Place> candidates, SplittableRandom random, int which, int headers) {
    if (candidates.isEmpty()) {
      return null;
    }
    Place place = candidates.get(Math.floorMod(which, candidates.size()));
    byte[] batch = bytes(place);
    if (!othersHave(place, batch)) {
      return null;
    }
    int at =
        random.nextInt(headers) == 0
            ? inHeader(random)
            : HEADER + random.nextInt(batch.length - HEADER);
    int bit = random.nextInt(8);
    try {
      place.node.machine().disk().flipBit(place.file, 8L * (place.position + at) + bit);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    flips.add(new Flip(place, bytes(place)));
    return String.format(
        "bit %d of byte %d of the batch at offset %d of %s", bit, at, place.baseOffset, place.file);
  }

  private static int inHeader(SplittableRandom random) {
    int at = LENGTH + random.nextInt(HEADER - LENGTH - (MAGIC - EPOCH));
    return at < EPOCH ? at : at + MAGIC - EPOCH;
  }

  private static byte[] bytes(Place place) {
    byte[] content = place.node.machine().disk().peek(place.file);
    return Arrays.copyOfRange(content, place.position, place.position + place.size);
  }

  /// Batches that were synced and committed, by what the node has written down.
  private List<Place> candidates(SimulatedNode node) {
    Map<String, Long> recovery = offsets(node, RECOVERY_POINTS);
    Map<String, Long> committed = offsets(node, HIGH_WATERMARKS);
    List<Place> found = new ArrayList<>();
    for (Path file : logs(node)) {
      String folder = file.getName(1).toString();
      long end = Math.min(recovery.getOrDefault(folder, 0L), committed.getOrDefault(folder, 0L));
      if (mayRot.test(folder)) {
        for (Place place : batches(node, file)) {
          if (place.baseOffset + lastOffsetDelta(place) < end) {
            found.add(place);
          }
        }
      }
    }
    return found;
  }

  private static int lastOffsetDelta(Place place) {
    return ByteBuffer.wrap(bytes(place)).getInt(23);
  }

  private boolean othersHave(Place place, byte[] batch) {
    int copies = 0;
    for (SimulatedNode other : nodes) {
      if (other != place.node) {
        for (Path file : logs(other)) {
          copies +=
              file.getName(1).toString().equals(place.folder()) && has(other, file, batch) ? 1 : 0;
        }
      }
    }
    return copies >= replicas - 1;
  }

  private static boolean has(SimulatedNode node, Path file, byte[] batch) {
    return batches(node, file).stream().anyMatch(place -> Arrays.equals(bytes(place), batch));
  }

  private static List<Path> logs(SimulatedNode node) {
    return node.machine().disk().filesBelow(DATA).stream()
        .filter(file -> file.getNameCount() == 3 && file.toString().endsWith(".log"))
        .filter(file -> file.getName(1).toString().matches(".+-\\d+"))
        .filter(file -> !file.getName(1).toString().startsWith("__cluster_metadata"))
        .toList();
  }

  /// As far as lengths lead from one to the next.
  private static List<Place> batches(SimulatedNode node, Path file) {
    ByteBuffer content = ByteBuffer.wrap(node.machine().disk().peek(file));
    List<Place> found = new ArrayList<>();
    for (int at = 0; content.limit() - at >= HEADER; ) {
      int size = EPOCH + content.getInt(at + LENGTH);
      if (size < HEADER || size > content.limit() - at) {
        break;
      }
      found.add(new Place(node, file, at, size, content.getLong(at)));
      at += size;
    }
    return found;
  }

  /// A checkpoint file's entries, by folder.
  private static Map<String, Long> offsets(SimulatedNode node, Path file) {
    Map<String, Long> offsets = new LinkedHashMap<>();
    String text = new String(node.machine().disk().peek(file), StandardCharsets.UTF_8);
    for (String line : text.lines().skip(2).toList()) {
      String[] entry = line.split(" ", -1);
      offsets.put(entry[0] + "-" + entry[1], Long.parseLong(entry[2]));
    }
    return offsets;
  }
}
