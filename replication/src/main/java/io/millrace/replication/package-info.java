/// The `replication` room.
@org.jspecify.annotations.NullMarked
package io.millrace.replication;
