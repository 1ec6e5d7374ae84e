package io.millrace.simulation.client;

import io.millrace.runtime.Clock;
import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import io.millrace.simulation.audit.InvariantBroken;
import io.millrace.simulation.audit.Ledger;
import io.millrace.simulation.audit.Written;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

/// A producer that writes numbered records to all partitions of a topic: batches by partition, up
/// to five requests in flight a broker, repeated in the order of their sequences, as the Java
/// client does. Pauses between batches, so that a run's work does not depend on the speed of the
/// virtual disk.
public final class ProducerClient implements SimulatedClient {

  private static final long LEAST_LINGER_NANOS = 20_000_000L;
  private static final int LINGER_NANOS = 130_000_000;
  private static final int REQUEST_TIMEOUT_MS = 2_000;
  private static final long REFRESH_NANOS = 1_000_000_000L;

  private final ClusterClient cluster;
  private final EventLoop loop;
  private final Clock clock;
  private final Ledger ledger;
  private final String topic;
  private final ProducerSettings settings;
  private final List<PartitionQueue> queues = new ArrayList<>();
  private final Map<Integer, Integer> inFlight = new TreeMap<>();

  private long producerId = -1;
  private short producerEpoch = -1;
  private boolean stopped;
  private boolean refreshing;
  private boolean retrying;
  private boolean ready;
  private long requests;
  private String last = "not started";

  /// @param topic exists, or is being created
  public ProducerClient(
      World world,
      List<String> bootstrap,
      String name,
      String topic,
      ProducerSettings settings,
      Ledger ledger) {
    this.loop = world.loops().getFirst();
    this.cluster = new ClusterClient(world, loop, name, bootstrap);
    this.clock = world.clock();
    this.topic = topic;
    this.settings = settings;
    this.ledger = ledger;
    ledger.producer(name, settings.promise());
  }

  @Override
  public void start() {
    loop.execute(this::findTopic);
  }

  /// Makes no new batch; what was made is sent until it is acknowledged or given up.
  @Override
  public void stop() {
    stopped = true;
  }

  @Override
  public boolean isIdle() {
    return stopped && queues.stream().allMatch(PartitionQueue::isEmpty);
  }

  @Override
  public long requests() {
    return requests;
  }

  @Override
  public String toString() {
    return String.format(
        "%s: %s, last answer: %s, waiting: %s",
        cluster.name(), isIdle() ? "idle" : "busy", last, queues);
  }

  // Before the first record.

  private void findTopic() {
    cluster.refresh(
        List.of(topic),
        complete -> {
          if (!complete) {
            cluster.later(this::findTopic);
          } else if (settings.idempotent()) {
            initProducerId();
          } else {
            begin();
          }
        });
  }

  private void initProducerId() {
    requests++;
    InitProducerIdRequestData request =
        new InitProducerIdRequestData().setTransactionalId(null).setTransactionTimeoutMs(60_000);
    cluster.toAny(
        ApiKeys.INIT_PRODUCER_ID,
        request,
        answer -> {
          if (answer instanceof InitProducerIdResponseData id
              && id.errorCode() == Errors.NONE.code()) {
            producerId = id.producerId();
            producerEpoch = id.producerEpoch();
            begin();
          } else {
            cluster.later(this::initProducerId);
          }
        });
  }

  private void begin() {
    for (int i = 0; i < cluster.partitions(topic); i++) {
      queues.add(new PartitionQueue(new TopicPartition(topic, i), settings.idempotent()));
    }
    ready = true;
    makeBatch();
    refreshSometimes();
  }

  private void refreshSometimes() {
    if (!isIdle()) {
      refresh();
      loop.schedule(REFRESH_NANOS, this::refreshSometimes);
    }
  }

  private void refresh() {
    if (refreshing) {
      return;
    }
    refreshing = true;
    cluster.refresh(
        List.of(topic),
        complete -> {
          refreshing = false;
          drain();
          if (!complete && !isIdle()) {
            retrySoon();
          }
        });
  }

  private void retrySoon() {
    if (!retrying) {
      retrying = true;
      cluster.later(() -> {
        retrying = false;
        refresh();
        drain();
      });
    }
  }

  // Sending.

  private void makeBatch() {
    if (stopped) {
      return;
    }
    PartitionQueue queue = queues.get(cluster.random().nextInt(queues.size()));
    if (queue.canTakeMore()) {
      int count = 1 + cluster.random().nextInt(5);
      boolean compressed = cluster.random().nextInt(8) == 0;
      List<Written> records = queue.make(cluster.name(), count, clock.wallMs(), compressed);
      records.forEach(record -> ledger.sent(queue.partition(), record));
    }
    drain();
    loop.schedule(LEAST_LINGER_NANOS + cluster.random().nextInt(LINGER_NANOS), this::makeBatch);
  }

  private void drain() {
    if (!ready) {
      return;
    }
    Map<Integer, List<ProducerBatch>> byLeader = new TreeMap<>();
    for (PartitionQueue queue : queues) {
      int leader = cluster.leader(queue.partition());
      if (leader >= 0 && inFlight.getOrDefault(leader, 0) < settings.maxInFlight()) {
        ProducerBatch batch = queue.next();
        if (batch != null) {
          byLeader.computeIfAbsent(leader, _ -> new ArrayList<>()).add(batch);
        }
      }
    }
    byLeader.forEach(this::send);
  }

  private void send(int broker, List<ProducerBatch> batches) {
    requests++;
    List<ProduceRequestData.PartitionProduceData> partitions = new ArrayList<>();
    for (ProducerBatch batch : batches) {
      partitions.add(
          new ProduceRequestData.PartitionProduceData()
              .setIndex(batch.partition().partition())
              .setRecords(batch.encode(producerId, producerEpoch)));
    }
    ProduceRequestData.TopicProduceDataCollection topics =
        new ProduceRequestData.TopicProduceDataCollection();
    topics.add(
        new ProduceRequestData.TopicProduceData()
            .setTopicId(cluster.topicId(topic))
            .setPartitionData(partitions));
    ProduceRequestData request =
        new ProduceRequestData()
            .setAcks(settings.acks())
            .setTimeoutMs(REQUEST_TIMEOUT_MS)
            .setTopicData(topics);
    if (settings.acks() == 0) {
      boolean connected = cluster.broker(broker).sendUnanswered(ApiKeys.PRODUCE, request);
      batches.forEach(batch -> queue(batch).done(batch));
      if (!connected) {
        // Any request opens a connection.
        cluster.broker(broker).send(ApiKeys.METADATA, Requests.metadata(topic), _ -> {});
      }
      return;
    }
    inFlight.merge(broker, 1, Integer::sum);
    cluster
        .broker(broker)
        .send(
            ApiKeys.PRODUCE,
            request,
            answer -> {
              inFlight.merge(broker, -1, Integer::sum);
              onAnswer(batches, answer instanceof ProduceResponseData data ? data : null);
            });
  }

  private PartitionQueue queue(ProducerBatch batch) {
    return queues.get(batch.partition().partition());
  }

  // Answers.

  private void onAnswer(List<ProducerBatch> batches, @Nullable ProduceResponseData answer) {
    boolean again = false;
    for (ProducerBatch batch : batches) {
      ProduceResponseData.PartitionProduceResponse result =
          answer == null ? null : find(answer, batch.partition().partition());
      if (result == null) {
        last = "connection lost";
        again |= failed(batch, null);
      } else {
        again |= !onResult(batch, result);
      }
    }
    if (again) {
      retrySoon();
    } else {
      drain();
    }
  }

  private static ProduceResponseData.@Nullable PartitionProduceResponse find(
      ProduceResponseData answer, int partition) {
    for (ProduceResponseData.TopicProduceResponse topic : answer.responses()) {
      for (ProduceResponseData.PartitionProduceResponse result : topic.partitionResponses()) {
        if (result.index() == partition) {
          return result;
        }
      }
    }
    throw new InvariantBroken(
        "EveryRequestAnswered", "a Produce answer leaves partition " + partition + " out");
  }

  /// Whether the batch is done.
  private boolean onResult(
      ProducerBatch batch, ProduceResponseData.PartitionProduceResponse result) {
    Errors error = Errors.forCode(result.errorCode());
    last = batch.partition() + " " + error + " " + result.errorMessage();
    switch (error) {
      case NONE, DUPLICATE_SEQUENCE_NUMBER -> {
        long base = error == Errors.NONE ? result.baseOffset() : -1;
        List<Written> records = batch.records();
        for (int i = 0; i < records.size(); i++) {
          ledger.acknowledged(batch.partition(), records.get(i), base < 0 ? -1 : base + i);
        }
        queue(batch).acknowledged(batch);
        return true;
      }
      case OUT_OF_ORDER_SEQUENCE_NUMBER, UNKNOWN_PRODUCER_ID -> {
        if (queue(batch).wasDue(batch)) {
          throw new InvariantBroken(
              "StoredOnceInOrder", cluster.name() + " is out of order with what is due: " + last);
        }
        return !failed(batch, error);
      }
      default -> {
        if (!(error.exception() instanceof RetriableException)) {
          throw new InvariantBroken(
              "EveryRequestAnswered", cluster.name() + " was refused for good: " + last);
        }
        return !failed(batch, error);
      }
    }
  }

  /// Whether it is to be sent again.
  private boolean failed(ProducerBatch batch, @Nullable Errors error) {
    if (settings.retries()) {
      queue(batch).again(batch);
      return true;
    }
    queue(batch).done(batch);
    return error != null;
  }
}
