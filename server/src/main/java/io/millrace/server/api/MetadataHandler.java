package io.millrace.server.api;

import io.millrace.server.config.ConfigView;
import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.server.config.ServerLogConfigs;
import org.jspecify.annotations.Nullable;

/// Metadata: brokers, topics and who leads their partitions, as seen through the listener that is
/// asked; topics that do not exist are made where the configuration and the client want it.
///
/// What changed over the versions: an empty list means all topics in version 0 only; version 0
/// reports replicas that are away as errors; LISTENER_NOT_FOUND from 6 on; cluster operations in 8
/// to 10; topic ids in answers from 10 and in requests from 12.
public final class MetadataHandler implements ApiHandler<MetadataRequestData> {

  private static final int FIRST_WITH_LISTENER_NOT_FOUND = 6;
  private static final int FIRST_WITH_OPERATIONS = 8;
  private static final int LAST_WITH_CLUSTER_OPERATIONS = 10;
  private static final int FIRST_WITH_IDS_IN_REQUEST = 12;

  private final ClusterView cluster;
  private final Authorization authorization;
  private final ConfigView configs;
  private final TopicCreation creation;

  public MetadataHandler(
      ClusterView cluster,
      Authorization authorization,
      ConfigView configs,
      TopicCreation creation) {
    this.cluster = cluster;
    this.authorization = authorization;
    this.configs = configs;
    this.creation = creation;
  }

  @Override
  public void handle(Request request, MetadataRequestData body, Responder out) {
    MetadataResponseData response = new MetadataResponseData();
    addTopics(request, body, response);
    cluster
        .cache()
        .getAliveBrokerNodes(request.listenerName())
        .forEach(node ->
            response
                .brokers()
                .mustAdd(
                    new MetadataResponseBroker()
                        .setNodeId(node.id())
                        .setHost(node.host())
                        .setPort(node.port())
                        .setRack(node.rack())));
    short version = request.version();
    if (body.includeClusterAuthorizedOperations()
        && version >= FIRST_WITH_OPERATIONS
        && version <= LAST_WITH_CLUSTER_OPERATIONS) {
      response.setClusterAuthorizedOperations(
          authorization.allowsOnCluster(request, AclOperation.DESCRIBE)
              ? authorization.operations(request, ResourceType.CLUSTER, Resource.CLUSTER_NAME)
              : 0);
    }
    out.respond(
        response
            .setClusterId(cluster.clusterId())
            .setControllerId(cluster.someBroker(request.header().correlationId())));
  }

  private void addTopics(Request request, MetadataRequestData body, MetadataResponseData response) {
    short version = request.version();
    @Nullable List<MetadataRequestTopic> wanted = body.topics();
    if (wanted == null || (wanted.isEmpty() && version == 0)) {
      Set<String> visible =
          authorization.filter(
              request,
              AclOperation.DESCRIBE,
              ResourceType.TOPIC,
              new TreeSet<>(cluster.cache().getAllTopics()));
      addExisting(request, body, visible, response);
      return;
    }
    Set<Uuid> ids = new LinkedHashSet<>();
    Set<String> names = new LinkedHashSet<>();
    for (MetadataRequestTopic topic : wanted) {
      check(topic, version);
      if (!topic.topicId().equals(Uuid.ZERO_UUID)) {
        ids.add(topic.topicId());
      } else if (topic.name() != null) {
        names.add(topic.name());
      }
    }
    if (ids.isEmpty()) {
      addByName(request, body, names, response);
    } else {
      addById(request, body, ids, response);
    }
  }

  private static void check(MetadataRequestTopic topic, short version) {
    if (version >= FIRST_WITH_IDS_IN_REQUEST) {
      return;
    }
    if (topic.name() == null) {
      throw new InvalidRequestException("Topic name can not be null for version " + version);
    }
    if (!topic.topicId().equals(Uuid.ZERO_UUID)) {
      throw new InvalidRequestException(
          "Topic IDs are not supported in requests for version " + version);
    }
  }

  private void addById(
      Request request, MetadataRequestData body, Set<Uuid> ids, MetadataResponseData response) {
    Set<String> visible = new LinkedHashSet<>();
    for (Uuid id : ids) {
      String name = cluster.cache().getTopicName(id).orElse(null);
      if (name == null) {
        response.topics().mustAdd(answer(Errors.UNKNOWN_TOPIC_ID, null, id));
      } else if (authorization.allows(request, AclOperation.DESCRIBE, ResourceType.TOPIC, name)) {
        visible.add(name);
      } else {
        response.topics().mustAdd(answer(Errors.TOPIC_AUTHORIZATION_FAILED, null, id));
      }
    }
    addExisting(request, body, visible, response);
  }

  private void addByName(
      Request request, MetadataRequestData body, Set<String> names, MetadataResponseData response) {
    Set<String> visible =
        authorization.filter(request, AclOperation.DESCRIBE, ResourceType.TOPIC, names);
    names.removeAll(visible);
    Set<String> existing = new LinkedHashSet<>(visible);
    existing.removeIf(name -> !cluster.cache().contains(name));
    visible.removeAll(existing);

    addExisting(request, body, existing, response);
    addMissing(request, body, visible, response);
    for (String name : names) {
      // Whether it exists is not told.
      response.topics().mustAdd(answer(Errors.TOPIC_AUTHORIZATION_FAILED, name, Uuid.ZERO_UUID));
    }
    if (body.includeTopicAuthorizedOperations() && request.version() >= FIRST_WITH_OPERATIONS) {
      for (String name : visible) {
        MetadataResponseTopic topic = response.topics().find(name);
        if (topic != null) {
          topic.setTopicAuthorizedOperations(
              authorization.operations(request, ResourceType.TOPIC, name));
        }
      }
    }
  }

  private void addExisting(
      Request request, MetadataRequestData body, Set<String> names, MetadataResponseData response) {
    List<MetadataResponseTopic> topics =
        cluster
            .cache()
            .getTopicMetadata(
                names,
                request.listenerName(),
                request.version() == 0,
                request.version() >= FIRST_WITH_LISTENER_NOT_FOUND);
    boolean operations =
        body.includeTopicAuthorizedOperations() && request.version() >= FIRST_WITH_OPERATIONS;
    for (MetadataResponseTopic topic : topics) {
      if (operations) {
        topic.setTopicAuthorizedOperations(
            authorization.operations(request, ResourceType.TOPIC, topic.name()));
      }
      response.topics().mustAdd(topic);
    }
  }

  private void addMissing(
      Request request,
      MetadataRequestData body,
      Collection<String> names,
      MetadataResponseData response) {
    List<String> toCreate = new ArrayList<>(names);
    if (!names.isEmpty() && mayCreate(body)) {
      if (!authorization.allowsOnCluster(request, AclOperation.CREATE)) {
        toCreate.retainAll(
            authorization.filter(request, AclOperation.CREATE, ResourceType.TOPIC, names));
        for (String name : names) {
          if (!toCreate.contains(name)) {
            response
                .topics()
                .mustAdd(answer(Errors.TOPIC_AUTHORIZATION_FAILED, name, Uuid.ZERO_UUID));
          }
        }
      }
      creation
          .create(request, toCreate)
          .forEach((name, error) -> response.topics().mustAdd(answer(error, name, Uuid.ZERO_UUID)));
      return;
    }
    for (String name : names) {
      response.topics().mustAdd(answer(nameError(name), name, Uuid.ZERO_UUID));
    }
  }

  private boolean mayCreate(MetadataRequestData body) {
    return body.allowAutoTopicCreation()
        && configs.current().values().getBoolean(ServerLogConfigs.AUTO_CREATE_TOPICS_ENABLE_CONFIG);
  }

  private static Errors nameError(String name) {
    try {
      Topic.validate(name);
      return Errors.UNKNOWN_TOPIC_OR_PARTITION;
    } catch (InvalidTopicException e) {
      return Errors.INVALID_TOPIC_EXCEPTION;
    }
  }

  private static MetadataResponseTopic answer(Errors error, @Nullable String name, Uuid id) {
    return new MetadataResponseTopic()
        .setErrorCode(error.code())
        .setName(name)
        .setTopicId(id)
        .setIsInternal(name != null && Topic.isInternal(name));
  }
}
