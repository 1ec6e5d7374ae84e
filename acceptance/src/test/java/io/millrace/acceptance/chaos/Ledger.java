package io.millrace.acceptance.chaos;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What became of every record of one topic. A writer numbers its records in each partition from 0
/// on; a record's value is `writer:number`. Any thread.
final class Ledger {
  private static final int EXAMPLES = 40;

  private record Key(String writer, int partition) {}

  /// A writer's records in one partition.
  private static final class Account {
    long sent;
    final Map<Long, Long> acknowledged = new HashMap<>();
    final Map<Long, String> failed = new HashMap<>();
    long next;
  }

  private final Map<Key, Account> accounts = new LinkedHashMap<>();
  private final List<Map<Long, String>> seen = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private long acknowledged;
  private long audited;

  Ledger(int partitions) {
    for (int i = 0; i < partitions; i++) {
      seen.add(new HashMap<>());
    }
  }

  /// @return the value of the writer's next record in a partition
  synchronized String send(String writer, int partition) {
    return writer + ":" + account(writer, partition).sent++;
  }

  /// How many a writer has under way in a partition.
  synchronized long pending(String writer, int partition) {
    Account account = account(writer, partition);
    return account.sent - account.acknowledged.size() - account.failed.size();
  }

  /// A writer tells only at the end how many it has sent.
  synchronized void sent(String writer, int partition, long count) {
    account(writer, partition).sent = count;
  }

  /// @param offset where it was stored, or -1 where the client was not told
  synchronized void acknowledge(String value, int partition, long offset) {
    int colon = value.indexOf(':');
    account(value.substring(0, colon), partition)
        .acknowledged
        .put(Long.parseLong(value.substring(colon + 1)), offset);
    acknowledged++;
    if (offset >= 0) {
      see("an acknowledgement", partition, offset, value);
    }
  }

  /// The client gave a record up: it may be stored or not.
  synchronized void fail(String value, int partition, String reason) {
    int colon = value.indexOf(':');
    account(value.substring(0, colon), partition)
        .failed
        .put(Long.parseLong(value.substring(colon + 1)), reason);
  }

  /// Somebody read a record: whoever reads this offset, at any time, must see the same.
  synchronized void see(String who, int partition, long offset, String value) {
    String before = seen.get(partition).putIfAbsent(offset, value);
    if (before != null && !before.equals(value)) {
      violate(
          who + " sees " + value + " at " + partition + "@" + offset + ", seen before: " + before);
    }
  }

  synchronized long acknowledged() {
    return acknowledged;
  }

  /// The next record of a last reading of everything, in order of offsets.
  synchronized void audit(int partition, long offset, String value) {
    see("the audit", partition, offset, value);
    audited++;
    int colon = value.indexOf(':');
    Account account = accounts.get(new Key(value.substring(0, colon), partition));
    long number = Long.parseLong(value.substring(colon + 1));
    String where = value + " at " + partition + "@" + offset;
    if (account == null || number >= account.sent) {
      violate("invented: " + where);
    } else if (number < account.next) {
      violate("twice or out of order: " + where + ", expected " + account.next);
    } else {
      missing(account, partition, number, where);
      account.next = number + 1;
    }
  }

  private void missing(Account account, int partition, long until, String before) {
    for (long number = account.next; number < until; number++) {
      Long offset = account.acknowledged.get(number);
      if (offset != null) {
        violate(
            "missing: number "
                + number
                + ", acknowledged at "
                + partition
                + "@"
                + offset
                + ", before "
                + before);
      } else if (!account.failed.containsKey(number)) {
        violate("neither acknowledged nor given up: " + number + " before " + before);
      }
    }
  }

  /// The audit has read everything of a partition.
  synchronized void auditEnds(int partition, long end) {
    accounts.forEach((key, account) -> {
      if (key.partition == partition) {
        missing(account, partition, account.sent, "the end of " + key);
      }
    });
    seen.get(partition).keySet().stream()
        .filter(offset -> offset >= end)
        .findFirst()
        .ifPresent(offset -> violate("seen, but gone: " + partition + "@" + offset));
  }

  synchronized void violate(String what) {
    if (violations.size() < EXAMPLES) {
      violations.add(what);
    }
  }

  synchronized List<String> violations() {
    return List.copyOf(violations);
  }

  /// Records that a writer gave up, with the reasons.
  synchronized List<String> failures(String writer) {
    return accounts.entrySet().stream()
        .filter(entry -> entry.getKey().writer.equals(writer))
        .flatMap(entry ->
            entry.getValue().failed.entrySet().stream()
                .map(failed -> entry.getKey() + " #" + failed.getKey() + ": " + failed.getValue()))
        .limit(EXAMPLES)
        .toList();
  }

  /// How far each writer is in each partition, to see who stands still.
  synchronized Map<String, Long> progress() {
    Map<String, Long> progress = new LinkedHashMap<>();
    accounts.forEach((key, account) ->
        progress.put(key.writer + "/" + key.partition, (long) account.acknowledged.size()));
    return progress;
  }

  synchronized String summary() {
    long sent = accounts.values().stream().mapToLong(account -> account.sent).sum();
    long failed = accounts.values().stream().mapToLong(account -> account.failed.size()).sum();
    return sent
        + " sent, "
        + acknowledged
        + " acknowledged, "
        + failed
        + " given up, "
        + audited
        + " stored";
  }

  private Account account(String writer, int partition) {
    return accounts.computeIfAbsent(new Key(writer, partition), _ -> new Account());
  }
}
