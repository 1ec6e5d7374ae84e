/// What a run measured ([io.millrace.benchmark.report.Measurement]), the medians of many, and their
/// presentation as text, Markdown and JSON.
@NullMarked
package io.millrace.benchmark.report;

import org.jspecify.annotations.NullMarked;
