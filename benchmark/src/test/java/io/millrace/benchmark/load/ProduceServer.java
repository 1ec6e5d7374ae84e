package io.millrace.benchmark.load;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.apache.kafka.common.requests.ResponseHeader;

/// Answers Produce on loopback, gives out offsets, keeps nothing.
final class ProduceServer implements AutoCloseable {
  private final ServerSocket listener;
  private final AtomicLong requests = new AtomicLong();
  private final Map<Integer, Long> ends = new HashMap<>();
  private final long failFrom;

  /// @param failFrom the request from which on every partition is NOT_LEADER_OR_FOLLOWER
  ProduceServer(long failFrom) throws IOException {
    this.failFrom = failFrom;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  long requests() {
    return requests.get();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (SocketException e) {
      // Closed.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void serve(Socket socket) {
    try (socket;
        DataInputStream in = new DataInputStream(socket.getInputStream());
        DataOutputStream out =
            new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()))) {
      socket.setTcpNoDelay(true);
      while (true) {
        byte[] frame = in.readNBytes(in.readInt());
        ByteBuffer answer = answer(ByteBuffer.wrap(frame));
        out.writeInt(answer.remaining());
        out.write(answer.array(), answer.arrayOffset(), answer.remaining());
        out.flush();
      }
    } catch (EOFException | SocketException e) {
      // The client went away.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ByteBuffer answer(ByteBuffer frame) {
    short version = ApiKeys.PRODUCE.latestVersion();
    RequestHeader header = RequestHeader.parse(frame);
    var request = new ProduceRequestData(new ByteBufferAccessor(frame), version);
    var topic = request.topicData().iterator().next();
    var partition = topic.partitionData().getFirst();
    boolean fails = requests.getAndIncrement() >= failFrom;
    ProduceResponseData response = new ProduceResponseData();
    response
        .responses()
        .add(
            new ProduceResponseData.TopicProduceResponse()
                .setTopicId(topic.topicId())
                .setPartitionResponses(
                    List.of(
                        new ProduceResponseData.PartitionProduceResponse()
                            .setIndex(partition.index())
                            .setErrorCode((short) (fails ? 6 : 0))
                            .setBaseOffset(
                                append(partition.index(), (MemoryRecords) partition.records())))));
    short headerVersion = ApiKeys.PRODUCE.responseHeaderVersion(version);
    return RequestUtils.serialize(
        new ResponseHeader(header.correlationId(), headerVersion).data(),
        headerVersion,
        response,
        version);
  }

  private synchronized long append(int partition, MemoryRecords records) {
    long base = ends.getOrDefault(partition, 0L);
    ends.put(partition, base + records.batches().iterator().next().countOrNull());
    return base;
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
