/// Whole nodes in one thread, in virtual time, replayable from a seed: the production code of every
/// room below, unmodified, in the virtual world, with simulated clients that audit what they were
/// promised.
///
/// Kafka's libraries are loaded through [io.millrace.simulation.rewrite.DeterministicLoader], one
/// loader a run, since their statics would mix runs. A run is a function of (code, seed): its trace
/// is equal in two JVM processes.
///
/// Called by tests and by `millrace sim`; nothing in production depends on it.
@NullMarked
package io.millrace.simulation;

import org.jspecify.annotations.NullMarked;
