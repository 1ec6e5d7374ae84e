package io.millrace.server.api.group;

import io.millrace.runtime.Clock;
import io.millrace.server.api.Forwarder;
import io.millrace.server.api.TopicCreation;
import io.millrace.server.request.ErrorResponses;
import io.millrace.server.request.Request;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicCollection;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has the internal topics of streams groups made, on behalf of the member whose heartbeat asked
/// for them. Nobody waits: the member keeps sending heartbeats, and is told of failures in one of
/// them.
///
/// A topic that is being made is not asked for again, nor one that has just failed. The monitor
/// guards both sets; it is shared by all loops.
final class StreamsTopics {
  /// Failures remembered at most.
  private static final int MAX_FAILURES = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(StreamsTopics.class);

  private final Forwarder forwarder;
  private final Clock clock;
  private final int requestTimeoutMs;
  private final Set<String> underWay = new HashSet<>();
  private final LinkedHashMap<String, Failure> failures = new LinkedHashMap<>();

  StreamsTopics(Forwarder forwarder, Clock clock, int requestTimeoutMs) {
    this.forwarder = forwarder;
    this.clock = clock;
    this.requestTimeoutMs = requestTimeoutMs;
  }

  /// @param rememberMs how long a failure is told and keeps the topic from being asked for again
  void create(Request cause, Map<String, CreatableTopic> topics, long rememberMs) {
    CreatableTopicCollection wanted = new CreatableTopicCollection();
    synchronized (this) {
      forgetOld();
      new TreeMap<>(topics)
          .forEach((name, topic) -> {
            if (!failures.containsKey(name) && underWay.add(name)) {
              wanted.mustAdd(topic.duplicate());
            }
          });
    }
    if (wanted.isEmpty()) {
      return;
    }
    List<String> names = wanted.stream().map(CreatableTopic::name).toList();
    forwarder
        .forward(
            TopicCreation.asCreateTopics(cause),
            new CreateTopicsRequestData().setTopics(wanted).setTimeoutMs(requestTimeoutMs))
        .whenComplete((response, failure) -> onAnswer(names, response, failure, rememberMs));
  }

  /// Why topics could not be made lately, by name.
  synchronized Map<String, String> failuresOf(Collection<String> names) {
    forgetOld();
    Map<String, String> known = new TreeMap<>();
    for (String name : names) {
      Failure failure = failures.get(name);
      if (failure != null) {
        known.put(name, failure.reason);
      }
    }
    return known;
  }

  private void onAnswer(
      List<String> names,
      @Nullable ApiMessage response,
      @Nullable Throwable failure,
      long rememberMs) {
    Map<String, String> failed = new TreeMap<>();
    if (failure != null) {
      String reason = String.valueOf(ErrorResponses.unwrap(failure).getMessage());
      names.forEach(name -> failed.put(name, reason));
    } else if (response instanceof CreateTopicsResponseData results) {
      for (CreatableTopicResult result : results.topics()) {
        Errors error = Errors.forCode(result.errorCode());
        if (error != Errors.NONE && error != Errors.TOPIC_ALREADY_EXISTS) {
          failed.put(
              result.name(),
              result.errorMessage() == null ? error.message() : result.errorMessage());
        }
      }
    }
    if (!failed.isEmpty()) {
      LOG.warn("Internal topics of a streams group not created: {}", failed);
    }
    synchronized (this) {
      names.forEach(underWay::remove);
      long untilNanos = clock.nanos() + rememberMs * 1_000_000;
      failed.forEach((name, reason) -> failures.put(name, new Failure(reason, untilNanos)));
    }
  }

  private void forgetOld() {
    long now = clock.nanos();
    failures.values().removeIf(failure -> failure.untilNanos - now <= 0);
    if (failures.size() > MAX_FAILURES) {
      List<String> oldest =
          new ArrayList<>(failures.keySet()).subList(0, failures.size() - MAX_FAILURES);
      oldest.forEach(failures::remove);
    }
  }

  private record Failure(String reason, long untilNanos) {}
}
