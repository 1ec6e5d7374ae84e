/// What the Java client of the pinned version may rely on: producers, consumers, groups of both
/// protocols, admin.
@org.jspecify.annotations.NullMarked
package io.millrace.acceptance.client;
