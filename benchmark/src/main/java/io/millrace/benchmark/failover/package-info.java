/// The failover rows: three nodes of one make as processes, one Java producer a partition at a
/// steady rate, a blow to one of the nodes, and the longest time that any partition acknowledged
/// nothing. Everything acknowledged is read back after each blow.
///
/// [io.millrace.benchmark.failover.Stage] holds what lives from blow to blow; a
/// [io.millrace.benchmark.failover.Blow] is what happens to it. Blocking code, used by the
/// benchmark's one thread; only [io.millrace.benchmark.failover.AckBook] is shared with producers.
@NullMarked
package io.millrace.benchmark.failover;

import org.jspecify.annotations.NullMarked;
