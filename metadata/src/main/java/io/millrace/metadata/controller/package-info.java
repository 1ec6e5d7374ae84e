/// Kafka's `QuorumController` and what it needs from its host; the way of a request to the active
/// controller.
@NullMarked
package io.millrace.metadata.controller;

import org.jspecify.annotations.NullMarked;
