package io.millrace.simulation.client;

import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest;
import org.jspecify.annotations.Nullable;

/// A group's coordinator as one member sees it: found when something is to be sent, forgotten when
/// it turns out to be another. Has a connection of its own, since a JoinGroup may wait for seconds.
final class CoordinatorLink {

  private static final int NONE = -1;

  private final ClusterClient cluster;
  private final String group;
  private int coordinator = NONE;
  private long requests;
  private String last = "nothing";

  CoordinatorLink(ClusterClient cluster, String group) {
    this.cluster = cluster;
    this.group = group;
  }

  long requests() {
    return requests;
  }

  /// Sends a request to the coordinator.
  ///
  /// @param onAnswer gets null where there is no coordinator, or its connection broke
  void send(
      ApiKeys api, ApiMessage request, long timeoutNanos, Consumer<@Nullable ApiMessage> onAnswer) {
    if (coordinator != NONE) {
      sendTo(coordinator, api, request, timeoutNanos, onAnswer);
      return;
    }
    find(found -> {
      if (found) {
        sendTo(coordinator, api, request, timeoutNanos, onAnswer);
      } else {
        onAnswer.accept(null);
      }
    });
  }

  private void sendTo(
      int broker,
      ApiKeys api,
      ApiMessage request,
      long timeoutNanos,
      Consumer<@Nullable ApiMessage> onAnswer) {
    requests++;
    cluster
        .coordinator(broker)
        .send(
            api,
            request,
            timeoutNanos,
            answer -> {
              last = api + " to " + broker + ": " + answer;
              if (answer == null && coordinator == broker) {
                lost();
              }
              onAnswer.accept(answer);
            });
  }

  /// Whether the error says that the coordinator is elsewhere, or nowhere; it is forgotten then.
  boolean isGone(Errors error) {
    boolean gone =
        error == Errors.NOT_COORDINATOR
            || error == Errors.COORDINATOR_NOT_AVAILABLE
            || error == Errors.REQUEST_TIMED_OUT;
    if (gone) {
      lost();
    }
    return gone || error == Errors.COORDINATOR_LOAD_IN_PROGRESS;
  }

  /// The last answer, for people.
  @Override
  public String toString() {
    return last;
  }

  private void lost() {
    coordinator = NONE;
  }

  private void find(Consumer<Boolean> then) {
    requests++;
    FindCoordinatorRequestData request =
        new FindCoordinatorRequestData()
            .setKeyType(FindCoordinatorRequest.CoordinatorType.GROUP.id())
            .setCoordinatorKeys(List.of(group));
    cluster.toAny(ApiKeys.FIND_COORDINATOR, request, answer -> then.accept(learn(answer)));
  }

  private boolean learn(@Nullable ApiMessage answer) {
    if (!(answer instanceof FindCoordinatorResponseData found)) {
      return false;
    }
    for (FindCoordinatorResponseData.Coordinator one : found.coordinators()) {
      last = "found: " + one;
      if (one.errorCode() == Errors.NONE.code()) {
        cluster.learnBroker(one.nodeId(), one.host(), one.port());
        coordinator = one.nodeId();
        return true;
      }
    }
    return false;
  }
}
