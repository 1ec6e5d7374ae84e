/// Clients that run as processes of their own, each on the class path of the client version it
/// shows. They use only what kafka-clients 2.8 already had.
@org.jspecify.annotations.NullMarked
package io.millrace.acceptance.programs;
