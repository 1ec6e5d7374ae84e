/// What a run is made of: nodes, durability, clients, and the faults that are drawn for it. Values
/// only.
@NullMarked
package io.millrace.simulation.scenario;

import org.jspecify.annotations.NullMarked;
