package io.millrace.metadata.format;

import io.millrace.metadata.raft.MetadataLog;
import io.millrace.runtime.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What one configured directory looks like before anything is done to it.
///
/// @param owner null while it is not formatted
/// @param metadataLog whether it holds a metadata log with anything in it
/// @param partitions names of partition folders other than the metadata log's
/// @param problem why it cannot be used, null when it can
/// @param failed whether the disk failed, so that the directory is offline and no more
record DirectoryScan(
    Path path,
    @Nullable MetaPropertiesFile owner,
    boolean metadataFolder,
    boolean metadataLog,
    List<String> partitions,
    @Nullable String problem,
    boolean failed) {

  private static final Pattern PARTITION_FOLDER =
      Pattern.compile(".+-\\d+|.+-\\d+\\.[0-9a-zA-Z]+-(delete|future|stray)");

  /// The bootstrap checkpoint alone is what formatting leaves; it is no log.
  private static final String BOOTSTRAP_CHECKPOINT = "00000000000000000000-0000000000.checkpoint";

  static DirectoryScan of(Disk disk, Path path) {
    try {
      if (!disk.exists(path)) {
        return new DirectoryScan(path, null, false, false, List.of(), null, false);
      }
      if (!disk.isDirectory(path)) {
        return unusable(path, path + " is not a directory", false);
      }
      MetaPropertiesFile owner = MetaPropertiesFile.read(disk, path);
      List<String> partitions = new ArrayList<>();
      for (String name : disk.list(path)) {
        if (PARTITION_FOLDER.matcher(name).matches()
            && !name.equals(MetadataLog.FOLDER)
            && disk.isDirectory(path.resolve(name))) {
          partitions.add(name);
        }
      }
      Path metadata = path.resolve(MetadataLog.FOLDER);
      boolean folder = disk.isDirectory(metadata);
      return new DirectoryScan(
          path, owner, folder, folder && hasLog(disk, metadata), partitions, null, false);
    } catch (MetaPropertiesFile.Malformed e) {
      return unusable(path, e.getMessage(), false);
    } catch (IOException e) {
      return unusable(path, path + " cannot be read: " + e.getMessage(), true);
    }
  }

  private static boolean hasLog(Disk disk, Path metadata) throws IOException {
    for (String name : disk.list(metadata)) {
      if (name.endsWith(".log")
          || (name.endsWith(".checkpoint") && !name.equals(BOOTSTRAP_CHECKPOINT))) {
        return true;
      }
    }
    return false;
  }

  private static DirectoryScan unusable(Path path, @Nullable String problem, boolean failed) {
    return new DirectoryScan(path, null, false, false, List.of(), String.valueOf(problem), failed);
  }

  boolean isFormatted() {
    return owner != null;
  }
}
