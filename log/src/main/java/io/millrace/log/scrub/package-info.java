/// The scrub: reads what logs have stored, slowly and in the background, so that bytes which a
/// device has let rot are found while other replicas still have them, and not when the last of
/// those dies.
///
/// [io.millrace.log.scrub.Scrubber] takes all logs of a node in turn,
/// [io.millrace.log.scrub.LogScrub] goes through one, [io.millrace.log.scrub.SegmentScrub] judges
/// the bytes. Reading is done on workers, without any log's guard; what is found is noted in the
/// log (from then on it is refused to readers) and told to a [io.millrace.log.scrub.ScrubListener],
/// who knows other replicas. Nothing here writes. Decision 0022 says why it is so.
@NullMarked
package io.millrace.log.scrub;

import org.jspecify.annotations.NullMarked;
