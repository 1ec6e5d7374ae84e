/// What was acknowledged stays: over clean restarts, over kill -9, and in files that Kafka's own
/// tool reads.
@org.jspecify.annotations.NullMarked
package io.millrace.acceptance.durability;
