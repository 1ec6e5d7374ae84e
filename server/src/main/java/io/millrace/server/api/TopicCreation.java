package io.millrace.server.api;

import io.millrace.server.config.ConfigView;
import io.millrace.server.request.ErrorResponses;
import io.millrace.server.request.Request;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicCollection;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.network.ClientInformation;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has topics made that a client named and that do not exist: by Metadata where
/// `auto.create.topics.enable` is set, and the coordinators' internal topics.
///
/// Nobody waits for them: clients are told UNKNOWN_TOPIC_OR_PARTITION (or that the coordinator is
/// not available) and ask again, by when the topic is there. What is under way is asked for once;
/// that set is a monitor, shared by all loops.
public final class TopicCreation {

  private static final Logger LOG = LoggerFactory.getLogger(TopicCreation.class);

  private final Forwarder forwarder;
  private final ClusterView cluster;
  private final ConfigView configs;
  private final Set<String> underWay = new HashSet<>();

  public TopicCreation(Forwarder forwarder, ClusterView cluster, ConfigView configs) {
    this.forwarder = forwarder;
    this.cluster = cluster;
    this.configs = configs;
  }

  /// Asks for `names` as the node's configuration would have them.
  ///
  /// @param cause the request that named them; its principal needs to be allowed to create them
  /// @return what to say of each name now
  public Map<String, Errors> create(Request cause, Collection<String> names) {
    Map<String, Errors> answers = new LinkedHashMap<>();
    CreatableTopicCollection wanted = new CreatableTopicCollection();
    for (String name : names) {
      try {
        Topic.validate(name);
      } catch (InvalidTopicException e) {
        answers.put(name, Errors.INVALID_TOPIC_EXCEPTION);
        continue;
      }
      answers.put(name, Errors.UNKNOWN_TOPIC_OR_PARTITION);
      if (begin(name)) {
        wanted.mustAdd(InternalTopics.creatable(name, configs.current(), cluster.image()));
      }
    }
    if (!wanted.isEmpty()) {
      send(cause, wanted);
    }
    return answers;
  }

  /// The same for one internal topic.
  public void createInternal(Request cause, String name) {
    create(cause, List.of(name));
  }

  private void send(Request cause, CreatableTopicCollection wanted) {
    Set<String> names = new HashSet<>();
    for (CreatableTopic topic : wanted) {
      names.add(topic.name());
    }
    int timeoutMs = configs.current().values().requestTimeoutMs();
    CreateTopicsRequestData body =
        new CreateTopicsRequestData().setTopics(wanted).setTimeoutMs(timeoutMs);
    LOG.info("Creating topics on first use: {}", names);
    forwarder
        .forward(asCreateTopics(cause), body)
        .whenComplete((response, failure) -> {
          end(names);
          if (failure != null) {
            LOG.warn("Topics {} not created", names, ErrorResponses.unwrap(failure));
          } else if (response instanceof CreateTopicsResponseData results) {
            results.topics().forEach(TopicCreation::report);
          }
        });
  }

  private static void report(CreateTopicsResponseData.CreatableTopicResult result) {
    Errors error = Errors.forCode(result.errorCode());
    if (error != Errors.NONE && error != Errors.TOPIC_ALREADY_EXISTS) {
      LOG.warn("Topic {} not created: {} {}", result.name(), error, result.errorMessage());
    }
  }

  /// The same client and principal, asking for CreateTopics.
  public static Request asCreateTopics(Request cause) {
    RequestContext context = cause.context();
    RequestHeader header =
        new RequestHeader(
            new RequestHeaderData()
                .setRequestApiKey(ApiKeys.CREATE_TOPICS.id)
                .setRequestApiVersion(ApiKeys.CREATE_TOPICS.latestVersion())
                .setClientId(context.clientId())
                .setCorrelationId(context.correlationId()),
            ApiKeys.CREATE_TOPICS.requestHeaderVersion(ApiKeys.CREATE_TOPICS.latestVersion()));
    return new Request(
        new RequestContext(
            header,
            context.connectionId,
            context.clientAddress,
            context.clientPort,
            context.principal,
            context.listenerName,
            context.securityProtocol,
            ClientInformation.EMPTY,
            context.fromPrivilegedListener,
            context.principalSerde),
        cause.connection(),
        cause.listener(),
        cause.receivedMs());
  }

  private synchronized boolean begin(String name) {
    return underWay.add(name);
  }

  private synchronized void end(Set<String> names) {
    underWay.removeAll(names);
  }
}
