/// Makes borrowed classes repeat themselves: a class loader that rewrites, in `org.apache.kafka`,
/// the few calls whose results differ from run to run (iteration order of immutable collections,
/// random ids, clocks), and replaces the one class that starts a thread in the control plane.
///
/// Production runs the jars as published; this is for the simulator only.
@NullMarked
package io.millrace.simulation.rewrite;

import org.jspecify.annotations.NullMarked;
