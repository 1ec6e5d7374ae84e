/// Load over NIO: closed loops with a depth, and open loops at a fixed rate whose latencies are
/// free of coordinated omission. One thread drives all connections of a closed loop.
@NullMarked
package io.millrace.benchmark.load;

import org.jspecify.annotations.NullMarked;
