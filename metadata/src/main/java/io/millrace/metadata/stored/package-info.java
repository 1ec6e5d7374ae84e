/// What a stopped node's directories say of its cluster, read from the files as they lie: nothing
/// here opens a log, recovers or writes.
///
/// Used before a start, to refuse what this software cannot serve while the directory is still as
/// it was found ([Admission]), and by `millrace doctor`. Reads whole what was synced and what was
/// not: on a voter among several, the end of the log may not be committed.
@NullMarked
package io.millrace.metadata.stored;

import org.jspecify.annotations.NullMarked;
