package io.millrace.server.api.controller;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.message.AddRaftVoterResponseData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.RemoveRaftVoterResponseData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/// What to tell a client whose request was forwarded again after an attempt of unknown outcome.
/// Most requests can be repeated without a trace. Some are refused because the attempt before has
/// done what they ask for; their client, who asked once, must not hear that it was refused.
final class Repetition {

  private static final String MESSAGE =
      "The request was repeated as its first attempt was not answered, which may have done this.";

  /// The refusals that a request's own success leads to.
  private static final Map<ApiKeys, Set<Errors>> OWN_TRACES = new EnumMap<>(ApiKeys.class);

  static {
    OWN_TRACES.put(ApiKeys.CREATE_TOPICS, EnumSet.of(Errors.TOPIC_ALREADY_EXISTS));
    OWN_TRACES.put(
        ApiKeys.DELETE_TOPICS,
        EnumSet.of(Errors.UNKNOWN_TOPIC_OR_PARTITION, Errors.UNKNOWN_TOPIC_ID));
    OWN_TRACES.put(ApiKeys.CREATE_PARTITIONS, EnumSet.of(Errors.INVALID_PARTITIONS));
    OWN_TRACES.put(
        ApiKeys.ALTER_PARTITION_REASSIGNMENTS, EnumSet.of(Errors.NO_REASSIGNMENT_IN_PROGRESS));
    OWN_TRACES.put(ApiKeys.UNREGISTER_BROKER, EnumSet.of(Errors.BROKER_ID_NOT_REGISTERED));
    OWN_TRACES.put(ApiKeys.ADD_RAFT_VOTER, EnumSet.of(Errors.DUPLICATE_VOTER));
    OWN_TRACES.put(ApiKeys.REMOVE_RAFT_VOTER, EnumSet.of(Errors.VOTER_NOT_FOUND));
  }

  private Repetition() {}

  /// Whether a request may be refused for what it has done itself.
  static boolean leavesTraces(ApiKeys api) {
    return OWN_TRACES.containsKey(api);
  }

  /// The failure to tell of a repeated request that failed as a whole.
  static Throwable failure(ApiKeys api, Throwable failure) {
    return isOwnTrace(api, Errors.forException(failure).code())
        ? new TimeoutException(MESSAGE, failure)
        : failure;
  }

  /// Makes REQUEST_TIMED_OUT, which says that the outcome is unknown, of every refusal in a
  /// repeated request's answer that may come of the attempt before.
  static void soften(ApiKeys api, ApiMessage response) {
    short unknown = Errors.REQUEST_TIMED_OUT.code();
    switch (response) {
      case CreateTopicsResponseData data ->
          data.topics().stream()
              .filter(topic -> isOwnTrace(api, topic.errorCode()))
              .forEach(topic -> topic.setErrorCode(unknown).setErrorMessage(MESSAGE));
      case DeleteTopicsResponseData data ->
          data.responses().stream()
              .filter(topic -> isOwnTrace(api, topic.errorCode()))
              .forEach(topic -> topic.setErrorCode(unknown).setErrorMessage(MESSAGE));
      case CreatePartitionsResponseData data ->
          data.results().stream()
              .filter(topic -> isOwnTrace(api, topic.errorCode()))
              .forEach(topic -> topic.setErrorCode(unknown).setErrorMessage(MESSAGE));
      case AlterPartitionReassignmentsResponseData data ->
          data.responses().stream()
              .flatMap(topic -> topic.partitions().stream())
              .filter(partition -> isOwnTrace(api, partition.errorCode()))
              .forEach(partition -> partition.setErrorCode(unknown).setErrorMessage(MESSAGE));
      case UnregisterBrokerResponseData data when isOwnTrace(api, data.errorCode()) ->
          data.setErrorCode(unknown).setErrorMessage(MESSAGE);
      case AddRaftVoterResponseData data when isOwnTrace(api, data.errorCode()) ->
          data.setErrorCode(unknown).setErrorMessage(MESSAGE);
      case RemoveRaftVoterResponseData data when isOwnTrace(api, data.errorCode()) ->
          data.setErrorCode(unknown).setErrorMessage(MESSAGE);
      default -> {}
    }
  }

  private static boolean isOwnTrace(ApiKeys api, short code) {
    Set<Errors> traces = OWN_TRACES.get(api);
    return traces != null && traces.contains(Errors.forCode(code));
  }
}
