/// One segment of a log: its file of batches and the indexes beside it.
///
/// Data-plane dialect: mutable, used under the guard of the one log that owns the segment, nothing
/// allocated per record. Index files are appended in steps and never mapped; what was not written
/// is kept in small arrays, and lookups in the file are binary searches by `pread`, so that an idle
/// segment costs no memory and an open of the log reads no index.
@NullMarked
package io.millrace.log.segment;

import org.jspecify.annotations.NullMarked;
