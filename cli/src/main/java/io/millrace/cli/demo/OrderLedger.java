package io.millrace.cli.demo;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What became of every order: placed, acknowledged, arrived. A customer's orders are numbered from
/// 0 in the order in which they were placed. Any thread.
final class OrderLedger {

  /// The verdict.
  ///
  /// @param lost acknowledged, but never arrived
  /// @param twice arrived again at another offset
  /// @param invented arrived, but never placed
  /// @param disordered arrived after a later order of the same customer
  /// @param unacknowledged placed, never acknowledged; they may have arrived or not
  record Verdict(
      long acknowledged,
      long arrived,
      long lost,
      long twice,
      long invented,
      long disordered,
      long unacknowledged) {

    boolean isClean() {
      return lost == 0 && twice == 0 && invented == 0 && disordered == 0;
    }
  }

  private static final class Customer {
    int placed;
    final BitSet acknowledged = new BitSet();
    final BitSet arrived = new BitSet();
    int latest = -1;
  }

  private final Map<String, Customer> customers = new HashMap<>();
  private long acknowledged;
  private long arrived;
  private long twice;
  private long invented;
  private long disordered;
  private final Map<Integer, Long> nextOffset = new HashMap<>();

  /// @return the number of the customer's next order
  synchronized int place(String customer) {
    return of(customer).placed++;
  }

  synchronized void acknowledge(String customer, int number) {
    of(customer).acknowledged.set(number);
    acknowledged++;
  }

  /// An order was read. What a consumer reads again at the same offset, because its group was
  /// shuffled before it could commit, has arrived before.
  synchronized void arrive(int partition, long offset, String customer, int number) {
    if (offset < nextOffset.getOrDefault(partition, 0L)) {
      return;
    }
    nextOffset.put(partition, offset + 1);
    Customer known = customers.get(customer);
    if (known == null || number >= known.placed) {
      invented++;
    } else if (known.arrived.get(number)) {
      twice++;
    } else {
      known.arrived.set(number);
      arrived++;
      disordered += number < known.latest ? 1 : 0;
      known.latest = Math.max(known.latest, number);
    }
  }

  synchronized long acknowledged() {
    return acknowledged;
  }

  synchronized long arrived() {
    return arrived;
  }

  /// Whether every acknowledged order has arrived.
  synchronized boolean isComplete() {
    return customers.values().stream().allMatch(customer -> missing(customer).isEmpty());
  }

  synchronized Verdict verdict() {
    long lost = 0;
    long placed = 0;
    for (Customer customer : customers.values()) {
      lost += missing(customer).cardinality();
      placed += customer.placed;
    }
    return new Verdict(
        acknowledged, arrived, lost, twice, invented, disordered, placed - acknowledged);
  }

  /// Some orders that are missing, for the person who has to find out why.
  synchronized List<String> examples(int limit) {
    List<String> examples = new ArrayList<>();
    customers.forEach((name, customer) ->
        missing(customer).stream()
            .limit(Math.max(0, limit - examples.size()))
            .forEach(number -> examples.add(name + " #" + number)));
    return examples;
  }

  private static BitSet missing(Customer customer) {
    BitSet missing = (BitSet) customer.acknowledged.clone();
    missing.andNot(customer.arrived);
    return missing;
  }

  private Customer of(String customer) {
    return customers.computeIfAbsent(customer, _ -> new Customer());
  }
}
