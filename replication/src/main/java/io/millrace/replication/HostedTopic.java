package io.millrace.replication;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/// A topic of which this broker has at least one partition. Immutable.
public final class HostedTopic {

  private final String name;
  private final Uuid id;
  private final byte[] nameBytes;
  private final @Nullable Partition[] partitions;

  HostedTopic(String name, Uuid id, @Nullable Partition[] partitions) {
    this.name = name;
    this.id = id;
    this.nameBytes = name.getBytes(StandardCharsets.UTF_8);
    this.partitions = partitions;
  }

  public String name() {
    return name;
  }

  public Uuid id() {
    return id;
  }

  /// The name in UTF-8, to be written into answers; not to be changed.
  public byte[] nameBytes() {
    return nameBytes;
  }

  /// The partition if this broker has it, else null.
  public @Nullable Partition partition(int index) {
    return index >= 0 && index < partitions.length ? partitions[index] : null;
  }

  /// One more than the highest index that this broker has.
  int bound() {
    return partitions.length;
  }

  HostedTopic with(int index, @Nullable Partition partition) {
    @Nullable Partition[] copy = Arrays.copyOf(partitions, Math.max(partitions.length, index + 1));
    copy[index] = partition;
    return new HostedTopic(name, id, copy);
  }

  boolean isEmpty() {
    for (Partition partition : partitions) {
      if (partition != null) {
        return false;
      }
    }
    return true;
  }
}
