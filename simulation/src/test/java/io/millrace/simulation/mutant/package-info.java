/// Bugs that are planted on purpose, one at a time, to see that the simulator bites: each has to be
/// caught, by an invariant that is meant for it, within a bounded number of seeds.
///
/// A [io.millrace.simulation.mutant.Mutant] is a few rewritten instructions of production code or
/// of Kafka's ([io.millrace.simulation.mutant.Edit]). All of them are planted into one class
/// loader, asleep, and a run wakes one ([io.millrace.simulation.mutant.Planted]): so classes are
/// loaded and compiled once for all. Production code knows nothing of it.
@NullMarked
package io.millrace.simulation.mutant;

import org.jspecify.annotations.NullMarked;
