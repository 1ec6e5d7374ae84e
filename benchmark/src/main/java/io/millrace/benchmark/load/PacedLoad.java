package io.millrace.benchmark.load;

import io.millrace.benchmark.wire.Payload;
import io.millrace.benchmark.wire.ProduceAnswer;
import io.millrace.benchmark.wire.ProduceFrame;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.HdrHistogram.Histogram;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/// An open loop: a producer that sends at a fixed rate and a consumer that reads everything, a
/// connection each. Latencies run from when a batch was due, so that they are free of coordinated
/// omission. The calling thread receives; a [Pacer] sends.
public final class PacedLoad implements AutoCloseable {
  private static final int DIGITS = 3;
  private static final short ACKS_LEADER = 1;
  private static final long SILENCE_MS = 30_000;
  private static final long LEAD_NANOS = 20_000_000;

  private final Payload payload;
  private final Selector selector;
  private final SocketChannel producer;
  private final SelectionKey producerKey;
  private final TailReader consumer;
  private final ProduceFrame frame;
  private final ProduceAnswer answer = new ProduceAnswer();
  private final AnswerBuffer in = new AnswerBuffer(ProduceTraffic.RECEIVE_BYTES);
  private final Ledger acknowledged;

  /// What a run saw.
  ///
  /// @param acknowledged from due to the acknowledgement
  /// @param endToEnd from due to the arrival at the consumer
  public record Paced(Outcome acknowledged, Outcome endToEnd) {}

  /// @param acknowledged notes every acknowledged batch
  /// @param read notes every batch that the consumer got
  public PacedLoad(
      InetSocketAddress address, Uuid topicId, Payload payload, Ledger acknowledged, Ledger read) {
    this.payload = payload;
    this.acknowledged = acknowledged;
    this.frame = new ProduceFrame(topicId, payload, ACKS_LEADER);
    try {
      this.selector = Selector.open();
      this.producer = connect(address);
      this.producerKey = producer.register(selector, SelectionKey.OP_READ);
      SocketChannel fetching = connect(address);
      fetching.register(selector, SelectionKey.OP_READ);
      this.consumer = new TailReader(fetching, topicId, payload, read);
      consumer.ask();
    } catch (IOException e) {
      throw new LoadException("no connection to " + address, e);
    }
  }

  /// Sends `perSecond` batches a second for `seconds` and waits until all are read.
  public Paced run(double perSecond, double seconds) {
    long requests = Math.round(perSecond * seconds);
    Pacer.Schedule schedule =
        new Pacer.Schedule(System.nanoTime() + LEAD_NANOS, 1e9 / perSecond, requests);
    Histogram ackNanos = new Histogram(DIGITS);
    Histogram endToEndNanos = new Histogram(DIGITS);
    Pacer pacer = new Pacer(producer, frame, acknowledged.partitions(), schedule);
    Thread sender = Thread.ofPlatform().daemon().name("pacer").start(pacer);
    consumer.record(endToEndNanos);
    try {
      while (ackNanos.getTotalCount() < requests || endToEndNanos.getTotalCount() < requests) {
        int ready = selector.select(key -> ready(key, schedule, ackNanos), SILENCE_MS);
        if (pacer.failure() != null) {
          throw new LoadException("the producer's connection broke", pacer.failure());
        }
        if (ready == 0) {
          throw new LoadException("nothing arrived for %d s".formatted(SILENCE_MS / 1000));
        }
      }
    } catch (IOException | UncheckedIOException e) {
      throw new LoadException("a connection broke", e);
    } finally {
      sender.interrupt();
    }
    double took = (System.nanoTime() - schedule.startNanos()) / 1e9;
    return new Paced(
        new Outcome(requests, took, ackNanos), new Outcome(requests, took, endToEndNanos));
  }

  private void ready(SelectionKey key, Pacer.Schedule schedule, Histogram ackNanos) {
    try {
      if (key == producerKey) {
        in.receive(
            producer,
            (buffer, position, size) -> acknowledged(buffer, position, schedule, ackNanos));
      } else {
        consumer.receive();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void acknowledged(
      ByteBuffer buffer, int position, Pacer.Schedule schedule, Histogram ackNanos) {
    answer.read(buffer, position);
    if (answer.error() != 0) {
      throw new LoadException("Produce: " + Errors.forCode(answer.error()));
    }
    acknowledged.add(answer.partition(), answer.baseOffset(), payload.records());
    ackNanos.recordValue(Math.max(0, System.nanoTime() - schedule.due(answer.correlationId())));
  }

  private static SocketChannel connect(InetSocketAddress address) throws IOException {
    SocketChannel channel = SocketChannel.open(address);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    channel.configureBlocking(false);
    return channel;
  }

  @Override
  public void close() {
    try {
      producer.close();
      consumer.close();
      selector.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
