/// `millrace sim`: runs the simulator of a whole cluster, in a JVM of its own.
@NullMarked
package io.millrace.cli.sim;

import org.jspecify.annotations.NullMarked;
