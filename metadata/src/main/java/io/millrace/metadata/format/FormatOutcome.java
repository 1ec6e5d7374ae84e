package io.millrace.metadata.format;

import java.util.List;

/// What became of the directories.
public sealed interface FormatOutcome {

  /// They belong to this node of this cluster.
  ///
  /// @param formatted whether they were empty and have been formatted just now
  record Ready(NodeIdentity identity, boolean formatted) implements FormatOutcome {}

  /// The start must stop; nothing has been written.
  ///
  /// @param problems every problem found: what, where and what to do, a sentence or two each
  record Refused(List<String> problems) implements FormatOutcome {

    public Refused {
      problems = List.copyOf(problems);
    }
  }
}
