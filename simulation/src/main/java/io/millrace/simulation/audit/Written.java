package io.millrace.simulation.audit;

import java.nio.charset.StandardCharsets;

/// The content of a simulated record: who wrote it, where, and its number there. Its text is the
/// record's value, so that whoever reads it knows.
///
/// @param producer the producer's name
/// @param partition the partition's index
/// @param number counted from 0 for each producer and partition
public record Written(String producer, int partition, int number) {

  public byte[] bytes() {
    return toString().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return producer + ":" + partition + ":" + number;
  }

  /// @throws InvariantBroken when no simulated producer can have written this
  public static Written parse(byte[] value) {
    String text = new String(value, StandardCharsets.UTF_8);
    String[] parts = text.split(":", -1);
    try {
      if (parts.length == 3) {
        return new Written(parts[0], Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
      }
    } catch (NumberFormatException _) {
      // Said below.
    }
    throw new InvariantBroken("NothingInvented", "a record was read that nobody wrote: " + text);
  }
}
