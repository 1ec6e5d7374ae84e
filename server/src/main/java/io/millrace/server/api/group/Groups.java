package io.millrace.server.api.group;

import io.millrace.server.api.Authorization;
import io.millrace.server.api.ClusterView;
import io.millrace.server.request.ErrorResponses;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.coordinator.group.Group.GroupType;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.server.common.GroupVersion;
import org.apache.kafka.server.common.StreamsVersion;

/// What every handler of groups works with. Any thread.
///
/// @param coordinator decides; never waits
/// @param protocols the group types that `group.coordinator.rebalance.protocols` leaves on
record Groups(
    GroupCoordinator coordinator,
    ClusterView cluster,
    Authorization authorization,
    List<GroupType> protocols) {

  // Kafka drops the key in 5.0; until then it is obeyed.
  @SuppressWarnings("removal")
  static Groups of(
      GroupCoordinator coordinator,
      ClusterView cluster,
      Authorization authorization,
      AbstractConfig config) {
    List<GroupType> protocols =
        config.getList(GroupCoordinatorConfig.GROUP_COORDINATOR_REBALANCE_PROTOCOLS_CONFIG).stream()
            .map(name -> GroupType.valueOf(name.toUpperCase(Locale.ROOT)))
            .toList();
    return new Groups(coordinator, cluster, authorization, protocols);
  }

  /// Whether consumer groups (KIP-848) are on: by the configuration and by the cluster's
  /// `group.version`.
  boolean servesConsumerGroups() {
    return protocols.contains(GroupType.CONSUMER)
        && GroupVersion.fromFeatureLevel(featureLevel(GroupVersion.FEATURE_NAME))
            .isConsumerRebalanceProtocolSupported();
  }

  /// Whether streams groups (KIP-1071) are on: by the configuration and by the cluster's
  /// `streams.version`.
  boolean servesStreamsGroups() {
    return protocols.contains(GroupType.STREAMS)
        && StreamsVersion.fromFeatureLevel(featureLevel(StreamsVersion.FEATURE_NAME))
            .streamsGroupSupported();
  }

  private short featureLevel(String feature) {
    return cluster.features().finalizedFeatures().getOrDefault(feature, (short) 0);
  }

  boolean allows(Request request, AclOperation operation, String group) {
    return authorization.allows(request, operation, ResourceType.GROUP, group);
  }

  /// Answers once the coordinator has: with what `toResponse` makes of its result, or as the API
  /// reports the failure of the whole request.
  static <T> void answer(
      CompletableFuture<T> result, Responder out, Function<T, ? extends ApiMessage> toResponse) {
    result.whenComplete((value, failure) -> {
      if (failure != null) {
        out.fail(ErrorResponses.unwrap(failure));
        return;
      }
      ApiMessage response;
      try {
        response = toResponse.apply(value);
      } catch (RuntimeException e) {
        out.fail(e);
        return;
      }
      out.respond(response);
    });
  }
}
