/// Looks at log directories as they lie, stopped cleanly or not, and tells what it sees: sizes,
/// offsets, damage, and what the next start does about it. Nothing here opens a log, and nothing
/// writes; the walk over batches and the judgement of what follows a bad one are those of recovery
/// ([io.millrace.log.segment.SegmentRecovery]).
///
/// Called by `millrace doctor` only.
@NullMarked
package io.millrace.log.inspect;

import org.jspecify.annotations.NullMarked;
