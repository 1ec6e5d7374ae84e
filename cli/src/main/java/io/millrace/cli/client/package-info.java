/// Commands that talk to a running cluster through Kafka's public clients.
///
/// They work against Apache Kafka as well.
@NullMarked
package io.millrace.cli.client;

import org.jspecify.annotations.NullMarked;
