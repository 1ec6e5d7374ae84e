/// This broker in the cluster: registration, heartbeats, controlled shutdown, blocks of producer
/// ids.
@NullMarked
package io.millrace.metadata.broker;

import org.jspecify.annotations.NullMarked;
