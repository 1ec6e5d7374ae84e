/// Issue 2, "Shown working" 1: the same 20,000 real events through clients of several languages and
/// times.
@org.jspecify.annotations.NullMarked
package io.millrace.acceptance.flights;
