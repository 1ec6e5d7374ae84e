/// Many runs: which scenarios, on all cores, what of them is told, and how a failing one becomes
/// short. A shell: it may start threads and read the clock; the runs themselves are in loaders of
/// their own and do not.
@NullMarked
package io.millrace.simulation.explore;

import org.jspecify.annotations.NullMarked;
