/// Kafka's KRaft client on our log, network and clock. One loop, `raft`, owns all of it.
@NullMarked
package io.millrace.metadata.raft;

import org.jspecify.annotations.NullMarked;
