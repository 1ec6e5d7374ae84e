/// What the active controller does for whoever asks: brokers that register, administrators by way
/// of any broker, or directly on the controller's listener.
///
/// Each API is a [io.millrace.server.api.controller.ControllerCall] around Kafka's `Controller`: it
/// checks the request as `kafka.server.ControllerApis` does (duplicates, authorization, names and
/// ids), asks the controller and shapes the answer. The same calls serve the controller's listener
/// ([io.millrace.server.api.controller.ControllerHandler]) and this node's own broker
/// ([io.millrace.server.api.controller.ControllerForwarder]).
///
/// Called on connection loops; the controller completes on its own thread. No state.
@NullMarked
package io.millrace.server.api.controller;

import org.jspecify.annotations.NullMarked;
