package io.millrace.server.api;

import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource.Type;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;
import org.apache.kafka.common.message.ListConfigResourcesResponseData.ConfigResource;
import org.apache.kafka.common.protocol.Errors;

/// ListConfigResources (KIP-1142): what has a configuration of its own. Version 0 was for
/// client-metrics subscriptions alone.
public final class ListConfigResourcesHandler
    implements ApiHandler<ListConfigResourcesRequestData> {

  private static final List<Type> ALL =
      List.of(Type.GROUP, Type.CLIENT_METRICS, Type.BROKER_LOGGER, Type.BROKER, Type.TOPIC);

  private final ClusterView cluster;
  private final Authorization authorization;

  public ListConfigResourcesHandler(ClusterView cluster, Authorization authorization) {
    this.cluster = cluster;
    this.authorization = authorization;
  }

  @Override
  public void handle(Request request, ListConfigResourcesRequestData body, Responder out) {
    authorization.requireOnCluster(request, AclOperation.DESCRIBE_CONFIGS);
    List<Type> supported = request.version() == 0 ? List.of(Type.CLIENT_METRICS) : ALL;
    Set<Type> wanted = new LinkedHashSet<>();
    for (byte id : body.resourceTypes()) {
      Type type = Type.forId(id);
      if (!supported.contains(type)) {
        out.respond(
            new ListConfigResourcesResponseData().setErrorCode(Errors.UNSUPPORTED_VERSION.code()));
        return;
      }
      wanted.add(type);
    }
    List<ConfigResource> resources = new ArrayList<>();
    for (Type type : supported) {
      if (wanted.isEmpty() || wanted.contains(type)) {
        for (String name : names(request, type)) {
          resources.add(new ConfigResource().setResourceType(type.id()).setResourceName(name));
        }
      }
    }
    out.respond(new ListConfigResourcesResponseData().setConfigResources(resources));
  }

  private Collection<String> names(Request request, Type type) {
    return switch (type) {
      case GROUP, CLIENT_METRICS -> configured(type);
      case BROKER, BROKER_LOGGER ->
          cluster.cache().getBrokerNodes(request.listenerName()).stream()
              .map(node -> Integer.toString(node.id()))
              .toList();
      case TOPIC -> new TreeSet<>(cluster.cache().getAllTopics());
      case UNKNOWN -> List.of();
    };
  }

  private Collection<String> configured(Type type) {
    Set<String> names = new TreeSet<>();
    cluster
        .image()
        .configs()
        .resourceData()
        .keySet()
        .forEach(resource -> {
          if (resource.type() == type) {
            names.add(resource.name());
          }
        });
    return names;
  }
}
