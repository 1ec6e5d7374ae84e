/// The brokers under test, as processes: started, stopped, killed, asked whether they are ready.
@NullMarked
package io.millrace.benchmark.broker;

import org.jspecify.annotations.NullMarked;
