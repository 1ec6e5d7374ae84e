/// Data directories that go from Apache Kafka to Millrace and back, with all that is in them; those
/// that are refused; and what `millrace doctor` says of them.
@NullMarked
package io.millrace.acceptance.migration;

import org.jspecify.annotations.NullMarked;
