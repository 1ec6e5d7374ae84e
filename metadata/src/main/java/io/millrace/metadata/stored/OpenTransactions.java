package io.millrace.metadata.stored;

import io.millrace.log.format.BatchScanner;
import io.millrace.log.format.LogFiles;
import io.millrace.runtime.Disk;
import io.millrace.runtime.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.coordinator.transaction.TransactionLog;
import org.apache.kafka.coordinator.transaction.TransactionState;

/// The transactions that a transaction coordinator began and did not bring to an end, by the
/// `__transaction_state` folders of a node. Somebody has to write their markers: until then readers
/// of committed records stop before them.
///
/// Costs a read of those folders, which hold the few thousand records that compaction has left, as
/// a rule; nothing where no transaction ever was.
public final class OpenTransactions {

  private static final String FOLDER = Topic.TRANSACTION_STATE_TOPIC_NAME + "-";
  private static final int BUFFER_BYTES = 1 << 16;

  private final Disk disk;
  private final SortedMap<String, TransactionState> open = new TreeMap<>();

  private OpenTransactions(Disk disk) {
    this.disk = disk;
  }

  /// The open ones in these directories, by transactional id. Blocks.
  public static SortedMap<String, TransactionState> in(Disk disk, Iterable<Path> directories)
      throws IOException {
    OpenTransactions found = new OpenTransactions(disk);
    for (Path directory : directories) {
      for (String name : disk.list(directory)) {
        if (name.startsWith(FOLDER) && name.substring(FOLDER.length()).matches("\\d{1,9}")) {
          found.readFolder(directory.resolve(name));
        }
      }
    }
    return found.open;
  }

  private void readFolder(Path folder) throws IOException {
    for (String name : disk.list(folder)) {
      if (LogFiles.is(name, LogFiles.LOG)) {
        DiskFile file = disk.openForRead(folder.resolve(name));
        try {
          readSegment(file);
        } finally {
          file.release();
        }
      }
    }
  }

  private void readSegment(DiskFile file) throws IOException {
    BatchScanner scanner = new BatchScanner(file, 0, file.size(), BUFFER_BYTES, true);
    while (scanner.next()) {
      ByteBuffer bytes = scanner.whole().slice(scanner.at(), scanner.size());
      for (MutableRecordBatch batch : MemoryRecords.readableRecords(bytes).batches()) {
        if (!batch.isControlBatch()) {
          batch.forEach(this::note);
        }
      }
    }
  }

  private void note(Record record) {
    if (!record.hasKey()) {
      return;
    }
    switch (TransactionLog.read(record.key(), record.value())) {
      case TransactionLog.TxnRecord transaction -> {
        TransactionState state = transaction.metadata().state();
        if (isOpen(state)) {
          open.put(transaction.transactionId(), state);
        } else {
          open.remove(transaction.transactionId());
        }
      }
      case TransactionLog.TxnTombstone ended -> open.remove(ended.transactionId());
      case TransactionLog.UnknownKeyVersion _, TransactionLog.UnknownValueVersion _ -> {}
    }
  }

  private static boolean isOpen(TransactionState state) {
    return switch (state) {
      case ONGOING, PREPARE_COMMIT, PREPARE_ABORT, PREPARE_EPOCH_FENCE -> true;
      case EMPTY, COMPLETE_COMMIT, COMPLETE_ABORT, DEAD -> false;
    };
  }

  /// The first few of them in words.
  static String describe(Map<String, TransactionState> transactions) {
    StringBuilder text = new StringBuilder();
    transactions.entrySet().stream()
        .limit(5)
        .forEach(entry ->
            text.append(text.isEmpty() ? "" : ", ")
                .append(entry.getKey())
                .append(" (")
                .append(entry.getValue().stateName())
                .append(')'));
    int more = transactions.size() - 5;
    return more > 0 ? text + " and " + more + " more" : text.toString();
  }
}
