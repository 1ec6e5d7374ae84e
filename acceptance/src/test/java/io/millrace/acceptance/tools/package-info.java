/// Issue 2, "Shown working" 2: Kafka's own command line tools do their job.
@org.jspecify.annotations.NullMarked
package io.millrace.acceptance.tools;
