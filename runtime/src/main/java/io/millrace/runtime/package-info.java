/// The seam between the core and the world: time, timers, randomness, files, network and threads.
///
/// The core (log, metadata, replication, coordination, the request path) names no thread, socket,
/// file, wall clock or global random: it gets a [World] and nothing else.
/// `io.millrace.runtime.real` gives it Netty, NIO and the kernel; `io.millrace.runtime.virtual` a
/// virtual clock, seeded random streams, a faulty network and a disk that forgets what was not
/// synced. The same core code runs in both.
///
/// Called by every other room; uses none of ours. Speaks the data-plane dialect: mutable classes
/// over primitives, nothing allocated per byte or record.
@NullMarked
package io.millrace.runtime;

import org.jspecify.annotations.NullMarked;
