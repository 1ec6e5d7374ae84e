/// Simulated clients: they encode real requests, send them over virtual connections and behave as
/// the Java clients do (metadata and its epochs, retries, sequences, fetch sessions, both group
/// protocols).
///
/// A client lives on one loop of the clients' machine and tells [io.millrace.simulation.audit] what
/// it sent, what it was promised and what it read. It never judges.
@NullMarked
package io.millrace.simulation.client;

import org.jspecify.annotations.NullMarked;
