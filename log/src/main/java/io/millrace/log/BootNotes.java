package io.millrace.log;

import io.millrace.runtime.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the [BootNote]s of a node's directories true while the node runs, so that its next start
/// knows whether it lost anything that it had promised.
///
/// Where every log syncs before it acknowledges (`flush.messages=1`), not even a power failure
/// takes something, and the notes say so. That word is given for the node as a whole and for the
/// life of the process: it is withdrawn, durably, before the first log is written that does not
/// sync, and a node that has withdrawn it has to stop cleanly once, which syncs everything, before
/// it gives it again.
///
/// A monitor. Methods block for the disk.
final class BootNotes {

  private static final Logger LOG = LoggerFactory.getLogger(BootNotes.class);

  /// What holds of all that this node's logs have acknowledged.
  private enum Word {
    /// There has been no log yet.
    NOTHING_WRITTEN,
    SYNCED,
    /// Some of it may be in the page cache only.
    CACHED
  }

  private final Disk disk;
  private final List<LogDirectory> directories;

  /// Whether all that the directories held at the start is durable.
  private final boolean startedDurable;

  /// Directories without a note, and the folders of the damaged logs that are the reason.
  private final Map<LogDirectory, Set<Path>> toBeMended = new LinkedHashMap<>();

  private long brokerEpoch = -1;
  private volatile Word word = Word.NOTHING_WRITTEN;

  BootNotes(Disk disk, List<LogDirectory> directories) throws IOException {
    this.disk = disk;
    this.directories = directories;
    boolean durable = true;
    for (LogDirectory directory : online()) {
      BootNote.Content note = BootNote.read(disk, directory.path());
      durable &= CleanShutdown.isMarked(disk, directory.path()) || (note != null && note.synced());
    }
    this.startedDurable = durable;
  }

  /// The broker epoch that all directories agree on: that of a clean shutdown, of a process that
  /// was killed while the machine ran on, or of one that synced whatever it promised; -1 when there
  /// is none.
  static long unbrokenEpoch(Disk disk, List<Path> directories) throws IOException {
    long agreed = -1;
    for (Path directory : directories) {
      long epoch =
          CleanShutdown.isMarked(disk, directory)
              ? CleanShutdown.brokerEpoch(disk, directory)
              : BootNote.unbrokenEpoch(disk, directory);
      if (epoch < 0 || (agreed >= 0 && epoch != agreed)) {
        return -1;
      }
      agreed = epoch;
    }
    return agreed;
  }

  private List<LogDirectory> online() {
    return directories.stream().filter(LogDirectory::isOnline).toList();
  }

  /// The logs of all directories are open, and nobody uses them yet.
  synchronized void onLoaded(List<HostedLog> logs) {
    if (!logs.isEmpty()) {
      boolean syncing = logs.stream().allMatch(hosted -> hosted.log().config().syncsBeforeAck());
      word = startedDurable && syncing ? Word.SYNCED : Word.CACHED;
    }
  }

  /// All logs of a directory are open.
  synchronized void onOpened(LogDirectory directory, List<PartitionLog> logs) {
    String now = disk.bootId();
    if (now == null || !directory.isOnline()) {
      return;
    }
    Set<Path> damaged = new LinkedHashSet<>();
    boolean lacking = false;
    for (PartitionLog log : logs) {
      switch (log.integrity()) {
        case WHOLE -> {}
        case DAMAGED -> damaged.add(log.dir());
        case LACKING -> lacking = true;
      }
    }
    try {
      if (lacking || !damaged.isEmpty()) {
        BootNote.remove(disk, directory.path());
        if (!lacking) {
          toBeMended.put(directory, damaged);
        }
      } else if (brokerEpoch >= 0) {
        note(directory, now);
      } else {
        renew(directory, now);
      }
    } catch (IOException e) {
      LOG.warn("{}: the next start after a kill will take longer", directory.path(), e);
    }
  }

  /// What was damaged of a log is what it was. With the last of them, the directory has all again
  /// that the broker has promised.
  synchronized void onMended(LogDirectory directory, Path log) {
    Set<Path> left = toBeMended.get(directory);
    if (left == null || !left.remove(log) || !left.isEmpty()) {
      return;
    }
    toBeMended.remove(directory);
    String now = disk.bootId();
    try {
      if (now != null && directory.isOnline()) {
        note(directory, now);
      }
    } catch (IOException e) {
      LOG.warn("{}: a start after a kill will count as unclean", directory.path(), e);
    }
  }

  /// What an earlier process promised, and synced, is still there.
  private void renew(LogDirectory directory, String bootId) throws IOException {
    BootNote.Content before = BootNote.read(disk, directory.path());
    if (before != null && before.bootId().equals(bootId)) {
      return;
    }
    long epoch = before != null && before.synced() ? before.brokerEpoch() : -1;
    BootNote.write(disk, directory.path(), new BootNote.Content(bootId, epoch, epoch >= 0));
  }

  /// The broker is registered under this epoch, and all logs are open.
  synchronized void onRegistered(long epoch) {
    if (epoch > brokerEpoch) {
      brokerEpoch = epoch;
      noteAll();
    }
  }

  private void noteAll() {
    String now = disk.bootId();
    for (LogDirectory directory : online()) {
      try {
        // A directory with damage has none.
        if (now != null && brokerEpoch >= 0 && BootNote.isOfThisBoot(disk, directory.path())) {
          note(directory, now);
        }
      } catch (IOException e) {
        LOG.warn("{}: a start after a kill will count as unclean", directory.path(), e);
      }
    }
  }

  private void note(LogDirectory directory, String bootId) throws IOException {
    boolean synced = brokerEpoch >= 0 && word == Word.SYNCED;
    BootNote.write(disk, directory.path(), new BootNote.Content(bootId, brokerEpoch, synced));
  }

  /// A log is going to be written with these settings.
  ///
  /// @throws IOException when the word that was given cannot be withdrawn
  void admit(LogConfig config) throws IOException {
    Word wanted = config.syncsBeforeAck() ? Word.SYNCED : Word.CACHED;
    Word now = word;
    if (now != wanted && now != Word.CACHED) {
      change(wanted);
    }
  }

  private synchronized void change(Word wanted) throws IOException {
    Word before = word;
    if (before == wanted || before == Word.CACHED) {
      return;
    }
    if (before == Word.SYNCED) {
      for (LogDirectory directory : online()) {
        BootNote.Content note = BootNote.read(disk, directory.path());
        BootNote.remove(disk, directory.path());
        if (note != null) {
          BootNote.write(
              disk,
              directory.path(),
              new BootNote.Content(note.bootId(), note.brokerEpoch(), false));
        }
      }
    }
    word = wanted;
    if (wanted == Word.SYNCED) {
      noteAll();
    }
  }

  /// What the device refused may be gone from the page cache too.
  synchronized void onFailed(LogDirectory directory) {
    toBeMended.remove(directory);
    try {
      BootNote.remove(disk, directory.path());
    } catch (IOException e) {
      LOG.warn("{}: cannot be written at all", directory.path(), e);
    }
  }
}
