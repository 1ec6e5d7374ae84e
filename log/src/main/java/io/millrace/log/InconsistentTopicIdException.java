package io.millrace.log;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.kafka.common.Uuid;

/// A folder belongs to another topic of the same name (deleted and made again). Nothing is wrong
/// with the disk.
public final class InconsistentTopicIdException extends IOException {
  private static final long serialVersionUID = 1L;

  InconsistentTopicIdException(Path dir, Uuid expected, Uuid found) {
    super(dir + ": belongs to topic id " + found + ", not " + expected);
  }
}
