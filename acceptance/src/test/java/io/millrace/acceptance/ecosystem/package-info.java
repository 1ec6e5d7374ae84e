/// What is built on Kafka's clients and must not notice either: Kafka Streams and Kafka Connect.
@org.jspecify.annotations.NullMarked
package io.millrace.acceptance.ecosystem;
