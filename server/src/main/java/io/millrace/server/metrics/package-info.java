/// What a node tells of itself to a monitoring system: `GET /metrics` in Prometheus' text form.
///
/// [io.millrace.server.metrics.MetricsListener] answers HTTP on a listener of its own; a scrape
/// asks every loop for a copy of its counters by message, then the
/// [io.millrace.server.metrics.MetricSource]s write on a worker. Nothing here is called by the
/// request path; it only counts.
///
/// Names are Kafka's, spelled as the widespread configuration of the Prometheus JMX exporter spells
/// them (`kafka_server_brokertopicmetrics_messagesin_total`). What Kafka does not have begins with
/// `millrace_`.
@NullMarked
package io.millrace.server.metrics;

import org.jspecify.annotations.NullMarked;
