/// Kafka's `QuorumController` and what it needs from its host; the way of a request to the active
/// controller.
///
/// [ControllerHost] makes the controller; [ConfigurationRules] is its judge of dynamic
/// configuration. This node's own requests take [ControllerChannel], which finds the active
/// controller; [ControllerRegistrar] keeps the controller itself registered.
///
/// The controller works on a thread of its own in production. Its futures complete there: whoever
/// waits for one hops to its own loop.
@NullMarked
package io.millrace.metadata.controller;

import org.jspecify.annotations.NullMarked;
