/// The `acceptance` room: black-box tests. Real processes, real clients in several languages,
/// Kafka's own tools as the judge, real faults.
///
/// Nothing here links Millrace: a test talks to whatever the switch `acceptance.broker` started,
/// `millrace` by default, or `kafka`, Apache Kafka of the pinned version, which proves that the
/// tests themselves are right. What a test says is therefore what Kafka does; the few exceptions
/// are marked with [io.millrace.acceptance.harness.OnlyMillrace].
///
/// `harness` starts brokers, tools and programs and knows how to wait; `programs` are the small
/// clients that run as processes of their own. `README.md` of the module says what a machine needs.
@org.jspecify.annotations.NullMarked
package io.millrace.acceptance;
