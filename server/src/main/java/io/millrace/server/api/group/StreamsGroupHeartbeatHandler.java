package io.millrace.server.api.group;

import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.Subtopology;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData.TopicInfo;
import org.apache.kafka.common.message.StreamsGroupHeartbeatResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.StreamsGroupHeartbeatResponse.Status;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.coordinator.group.GroupConfig;
import org.apache.kafka.coordinator.group.streams.StreamsGroupHeartbeatResult;
import org.jspecify.annotations.Nullable;

/// StreamsGroupHeartbeat (KIP-1071): membership in a streams group, its topology and its tasks. The
/// coordinator says which internal topics the topology lacks; they are made from here, on behalf of
/// the member.
public final class StreamsGroupHeartbeatHandler
    implements ApiHandler<StreamsGroupHeartbeatRequestData> {
  private static final int MAX_FAILURES_TOLD = 3;

  private final Groups groups;
  private final StreamsTopics topics;
  private final int heartbeatIntervalMs;

  /// @param heartbeatIntervalMs of groups that set none
  StreamsGroupHeartbeatHandler(Groups groups, StreamsTopics topics, int heartbeatIntervalMs) {
    this.groups = groups;
    this.topics = topics;
    this.heartbeatIntervalMs = heartbeatIntervalMs;
  }

  @Override
  public void handle(Request request, StreamsGroupHeartbeatRequestData body, Responder out) {
    if (!groups.servesStreamsGroups()) {
      throw Errors.UNSUPPORTED_VERSION.exception();
    }
    if (!groups.allows(request, AclOperation.READ, body.groupId())) {
      throw GroupAuthorizationException.forGroupId(body.groupId());
    }
    StreamsGroupHeartbeatResponseData refusal = checkTopology(request, body);
    if (refusal != null) {
      out.respond(refusal);
      return;
    }
    Groups.answer(
        groups.coordinator().streamsGroupHeartbeat(request.context(), body),
        out,
        result -> {
          if (!result.creatableTopics().isEmpty()) {
            createTopics(request, body.groupId(), result);
          }
          return result.data();
        });
  }

  /// The coordinator checks the topology as a whole; names are checked here, before they are shown
  /// to the authorizer. Null when they are in order.
  private @Nullable StreamsGroupHeartbeatResponseData checkTopology(
      Request request, StreamsGroupHeartbeatRequestData body) {
    if (body.topology() == null) {
      return null;
    }
    Set<String> named = new LinkedHashSet<>();
    for (Subtopology subtopology : body.topology().subtopologies()) {
      named.addAll(subtopology.sourceTopics());
      named.addAll(subtopology.repartitionSinkTopics());
      subtopology.repartitionSourceTopics().stream().map(TopicInfo::name).forEach(named::add);
      subtopology.stateChangelogTopics().stream().map(TopicInfo::name).forEach(named::add);
    }
    List<String> internal = named.stream().filter(Topic::isInternal).toList();
    if (!internal.isEmpty()) {
      return invalid(
          "Use of Kafka internal topics "
              + String.join(",", internal)
              + " in a Kafka Streams topology is prohibited.");
    }
    List<String> invalid = named.stream().filter(name -> !Topic.isValid(name)).toList();
    if (!invalid.isEmpty()) {
      return invalid("Topic names " + String.join(",", invalid) + " are not valid topic names.");
    }
    if (groups
            .authorization()
            .filter(request, AclOperation.DESCRIBE, ResourceType.TOPIC, named)
            .size()
        < named.size()) {
      return new StreamsGroupHeartbeatResponseData()
          .setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code());
    }
    return null;
  }

  private static StreamsGroupHeartbeatResponseData invalid(String message) {
    return new StreamsGroupHeartbeatResponseData()
        .setErrorCode(Errors.STREAMS_INVALID_TOPOLOGY.code())
        .setErrorMessage(message);
  }

  private void createTopics(Request request, String group, StreamsGroupHeartbeatResult result) {
    StreamsGroupHeartbeatResponseData response = result.data();
    Map<String, CreatableTopic> wanted = result.creatableTopics();
    Set<String> refused = refusedOf(request, wanted.keySet());
    if (!refused.isEmpty()) {
      addDetail(
          response, "Unauthorized to CREATE on topics " + String.join(", ", refused) + ".", true);
      return;
    }
    topics.create(request, wanted, 2L * heartbeatIntervalMs(group));
    Map<String, String> failures = topics.failuresOf(wanted.keySet());
    if (!failures.isEmpty()) {
      String told =
          failures.entrySet().stream()
              .limit(MAX_FAILURES_TOLD)
              .map(failure -> failure.getKey() + " (" + failure.getValue() + ")")
              .collect(Collectors.joining(", "));
      int untold = failures.size() - MAX_FAILURES_TOLD;
      addDetail(
          response,
          "Creation failed: " + told + (untold > 0 ? " and " + untold + " more" : "") + ".",
          false);
    }
  }

  private Set<String> refusedOf(Request request, Set<String> names) {
    if (groups.authorization().allowsOnCluster(request, AclOperation.CREATE)) {
      return Set.of();
    }
    Set<String> refused = new TreeSet<>(names);
    refused.removeAll(
        groups.authorization().filter(request, AclOperation.CREATE, ResourceType.TOPIC, names));
    return refused;
  }

  private int heartbeatIntervalMs(String group) {
    return groups
        .coordinator()
        .groupConfig(group)
        .map(GroupConfig::streamsHeartbeatIntervalMs)
        .orElse(heartbeatIntervalMs);
  }

  /// Puts `detail` behind what the status MISSING_INTERNAL_TOPICS says.
  ///
  /// @param always whether the status is made where the coordinator did not set it
  private static void addDetail(
      StreamsGroupHeartbeatResponseData response, String detail, boolean always) {
    List<StreamsGroupHeartbeatResponseData.Status> statuses =
        response.status() == null ? new ArrayList<>() : new ArrayList<>(response.status());
    for (StreamsGroupHeartbeatResponseData.Status status : statuses) {
      if (status.statusCode() == Status.MISSING_INTERNAL_TOPICS.code()) {
        String before = status.statusDetail() == null ? "" : status.statusDetail();
        status.setStatusDetail(before + "; " + detail);
        return;
      }
    }
    if (always) {
      statuses.add(
          new StreamsGroupHeartbeatResponseData.Status()
              .setStatusCode(Status.MISSING_INTERNAL_TOPICS.code())
              .setStatusDetail(detail));
      response.setStatus(statuses);
    }
  }
}
