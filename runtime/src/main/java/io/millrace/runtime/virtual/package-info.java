/// The virtual world: one thread, a clock that jumps from event to event, and everything that can
/// go wrong with disks and networks, drawn from a seed.
///
/// **Time.** The [Scheduler] keeps events by virtual time, then by the order they were made. An
/// event runs to its end before the next. A blocking call inside a step (a disk's sync) does not
/// wait: it adds to the step's own time, so that whatever the step does afterwards happens later,
/// and its loop is busy until then. Two runs with the same seed and the same program make the same
/// events; the [Trace] hashes them all, and equal hashes in two JVM processes are the test of it.
/// That is why nothing here (or in code that is to be simulated) may depend on identity hashes,
/// `Set.of`, `Map.of`, real time or threads.
///
/// **Randomness.** One stream a concern ([VirtualEntropy]): each link, disk, loop and caller's
/// concern has its own, derived from the seed and its name, so that one more draw in one of them
/// leaves the others as they were.
///
/// **Nodes.** [VirtualWorld#node] gives a machine's running incarnation as a
/// [World][io.millrace.runtime.World]. [VirtualNode#kill] ends the process as `kill -9` does: its
/// steps, timers and connections vanish, the page cache stays. [VirtualNode#powerOff] takes the
/// machine: the disk falls back to what was synced, or anything between that and what was written,
/// and its peers hear nothing. [VirtualNode#pause] freezes it. The next call of `node` boots a new
/// incarnation on the same disk.
///
/// **Disk.** [VirtualDisk] separates, as POSIX does, a file's bytes from the directory entry that
/// leads to it, and what was written from what was synced. See [FileContent] and [Entries] for what
/// a power failure does to each. [DiskFaults] injects errors, full volumes, dead directories, slow
/// syncs, bit flips and crashes in the middle of a step.
///
/// **Network.** [VirtualNetwork] carries real byte streams over [Link]s that delay, lose, throttle
/// and cut, each direction for itself. Losses look as TCP makes them look: as stalls, and as resets
/// when the other end is gone. Received bytes come in chunks of random length, at random places of
/// a buffer that is poisoned around them and moved between calls, so that framing errors show.
///
/// Called by tests and by the `simulation` room; production code never names this package.
@NullMarked
package io.millrace.runtime.virtual;

import org.jspecify.annotations.NullMarked;
