/// What every test stands on: brokers as processes, Kafka's tools in this JVM, other programs, and
/// waiting with a deadline. Knows the two kinds of broker; the tests do not.
@org.jspecify.annotations.NullMarked
package io.millrace.acceptance.harness;
