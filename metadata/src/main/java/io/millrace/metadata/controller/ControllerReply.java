package io.millrace.metadata.controller;

import org.apache.kafka.common.protocol.ApiMessage;

/// How a request to the active controller ended.
public sealed interface ControllerReply {

  /// The controller answered; the answer may carry an error code of its API.
  record Answered(ApiMessage response) implements ControllerReply {}

  /// No answer: no active controller is known, the connection broke or time ran out. The request
  /// may have taken effect all the same.
  record Unanswered(String reason) implements ControllerReply {}
}
