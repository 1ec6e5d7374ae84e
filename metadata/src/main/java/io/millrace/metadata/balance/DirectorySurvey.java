package io.millrace.metadata.balance;

import io.millrace.metadata.BrokerAddress;
import io.millrace.metadata.peer.PeerConnection;
import io.millrace.metadata.peer.PeerFailure;
import io.millrace.metadata.peer.PeerObserver;
import io.millrace.metadata.peer.PeerRequest;
import io.millrace.metadata.peer.ResponseHandler;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.metadata.BrokerRegistration;
import org.jspecify.annotations.Nullable;

/// Asks all brokers what their log directories hold (DescribeLogDirs), one connection each, which
/// ends with the answer.
///
/// Its connections belong to one connection loop; [#ask] may be called on any thread.
final class DirectorySurvey {

  private static final int CONNECT_TIMEOUT_MS = 2_000;

  /// A broker with many partitions adds up the sizes of many logs.
  private static final int TIMEOUT_MS = 10_000;

  /// How a survey ended.
  sealed interface Outcome {

    /// All have answered.
    ///
    /// @param answers by broker id
    record Told(Map<Integer, DescribeLogDirsResponseData> answers) implements Outcome {}

    /// One has not.
    record Silent(int broker, String why) implements Outcome {}
  }

  private final World world;
  private final EventLoop loop;
  private final @Nullable String interBrokerListener;

  /// @param loop a connection loop
  /// @param interBrokerListener `inter.broker.listener.name`; null takes a broker's first listener
  DirectorySurvey(World world, EventLoop loop, @Nullable String interBrokerListener) {
    this.world = world;
    this.loop = loop;
    this.interBrokerListener = interBrokerListener;
  }

  /// Asks all brokers of `image`.
  ///
  /// @param onEnd called once, on the connection loop
  void ask(MetadataImage image, Consumer<Outcome> onEnd) {
    Map<Integer, BrokerRegistration> brokers = new TreeMap<>(image.cluster().brokers());
    loop.execute(() -> new Round(brokers, onEnd).begin());
  }

  /// One survey.
  private final class Round {
    private final Map<Integer, BrokerRegistration> brokers;
    private final Consumer<Outcome> onEnd;
    private final Map<Integer, DescribeLogDirsResponseData> answers = new TreeMap<>();
    private final List<PeerConnection> connections = new ArrayList<>();
    private boolean ended;

    Round(Map<Integer, BrokerRegistration> brokers, Consumer<Outcome> onEnd) {
      this.brokers = brokers;
      this.onEnd = onEnd;
    }

    void begin() {
      if (brokers.isEmpty()) {
        end(new Outcome.Told(answers));
      }
      for (BrokerRegistration broker : brokers.values()) {
        Endpoint endpoint = BrokerAddress.of(broker, interBrokerListener);
        if (endpoint == null) {
          end(new Outcome.Silent(broker.id(), "it has no listener"));
        } else if (!ended) {
          ask(broker.id(), endpoint);
        }
      }
    }

    private void ask(int id, Endpoint endpoint) {
      PeerConnection connection =
          new PeerConnection(
              world,
              loop,
              endpoint.host(),
              endpoint.port(),
              "balancer",
              CONNECT_TIMEOUT_MS,
              1,
              PeerObserver.NONE);
      connections.add(connection);
      connection.send(
          PeerRequest.of(new DescribeLogDirsRequestData().setTopics(null)),
          TIMEOUT_MS,
          ResponseHandler.parsed(
              ApiKeys.DESCRIBE_LOG_DIRS,
              answer -> onAnswer(id, (DescribeLogDirsResponseData) answer),
              failure -> onFailure(id, failure)));
    }

    private void onAnswer(int id, DescribeLogDirsResponseData answer) {
      Errors error = Errors.forCode(answer.errorCode());
      if (error != Errors.NONE) {
        end(new Outcome.Silent(id, error.toString()));
        return;
      }
      answers.put(id, answer);
      if (answers.size() == brokers.size()) {
        end(new Outcome.Told(answers));
      }
    }

    private void onFailure(int id, PeerFailure failure) {
      end(new Outcome.Silent(id, failure.toString()));
    }

    private void end(Outcome outcome) {
      if (!ended) {
        ended = true;
        // Those who still wait are told that it is closed, and have nothing to say any more.
        loop.execute(() -> connections.forEach(PeerConnection::close));
        onEnd.accept(outcome);
      }
    }
  }
}
