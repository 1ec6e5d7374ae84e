/// Several production nodes in one virtual world, what is done to them, and the invariants over
/// what they hold inside: a class each.
///
/// [FaultInjector] does the faults of a schedule within the bounds of what the configuration
/// promises to survive, so that every alarm is real.
@NullMarked
package io.millrace.simulation.cluster;

import org.jspecify.annotations.NullMarked;
