package io.millrace.acceptance.client;

import io.millrace.acceptance.harness.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/// A group member driven by the test's own thread: it lives only while it is polled. Remembers what
/// it was given, what it read, and how often its assignment changed.
final class Member implements AutoCloseable {
  private final Consumer<String, String> consumer;
  private final List<ConsumerRecord<String, String>> read = new ArrayList<>();
  private int changes;

  private Member(Consumer<String, String> consumer) {
    this.consumer = consumer;
  }

  static Member subscribed(Consumer<String, String> consumer, String... topics) {
    Member member = new Member(consumer);
    consumer.subscribe(Arrays.asList(topics), member.listener());
    return member;
  }

  ConsumerRebalanceListener listener() {
    return new ConsumerRebalanceListener() {
      @Override
      public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        changes++;
      }

      @Override
      public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        changes++;
      }
    };
  }

  Consumer<String, String> consumer() {
    return consumer;
  }

  Set<TopicPartition> assignment() {
    return consumer.assignment();
  }

  List<ConsumerRecord<String, String>> read() {
    return read;
  }

  int changes() {
    return changes;
  }

  Member poll() {
    consumer.poll(Duration.ofMillis(50)).forEach(read::add);
    return this;
  }

  /// Polls all members in turn until together they own all partitions, none twice, and each owns
  /// about as many.
  static void settle(int partitions, Member... members) {
    Await.until(
        members.length + " members share " + partitions + " partitions evenly",
        () -> {
          Arrays.stream(members).forEach(Member::poll);
          return Arrays.stream(members).map(Member::assignment).toList();
        },
        assignments -> areEven(partitions, assignments));
  }

  private static boolean areEven(int partitions, List<Set<TopicPartition>> assignments) {
    Set<TopicPartition> all =
        assignments.stream().flatMap(Set::stream).collect(Collectors.toCollection(HashSet::new));
    int total = assignments.stream().mapToInt(Set::size).sum();
    int floor = partitions / assignments.size();
    int ceiling = (partitions + assignments.size() - 1) / assignments.size();
    return all.size() == partitions
        && total == partitions
        && assignments.stream().allMatch(one -> one.size() >= floor && one.size() <= ceiling);
  }

  /// Polls all members in turn until together they have read so many records.
  static void readUntil(int records, Member... members) {
    Await.until(
        records + " records are read",
        () -> {
          Arrays.stream(members).forEach(Member::poll);
          return Arrays.stream(members).mapToInt(member -> member.read.size()).sum();
        },
        count -> count >= records);
  }

  @Override
  public void close() {
    consumer.close();
  }
}
