package io.millrace.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.junit.jupiter.api.Test;

/// The probe's bytes against Kafka's own message classes.
class MetadataProbeTest {
  @Test
  void asksAsKafkaReadsIt() throws IOException {
    ByteBuffer request = ByteBuffer.wrap(MetadataProbe.request());
    assertThat(request.getInt()).isEqualTo(request.remaining());

    var accessor = new ByteBufferAccessor(request);
    var header = new RequestHeaderData(accessor, (short) 1);
    var body = new MetadataRequestData(accessor, (short) 1);

    assertThat(header.requestApiKey()).isEqualTo((short) 3);
    assertThat(header.requestApiVersion()).isEqualTo((short) 1);
    assertThat(body.topics()).isEmpty();
    assertThat(request.hasRemaining()).isFalse();
  }

  @Test
  void readsWhatKafkaWrites() throws IOException {
    var response = new MetadataResponseData().setControllerId(2);
    for (int id = 1; id <= 3; id++) {
      response
          .brokers()
          .add(
              new MetadataResponseData.MetadataResponseBroker()
                  .setNodeId(id)
                  .setHost("host-" + id)
                  .setPort(9092)
                  .setRack(id == 1 ? null : "rack"));
    }

    MetadataProbe.Answer answer = read(response);

    assertThat(answer).isEqualTo(new MetadataProbe.Answer(3, 2));
    assertThat(new MetadataProbe.Answer(3, 2).isComplete(3)).isTrue();
    assertThat(new MetadataProbe.Answer(2, 2).isComplete(3)).isFalse();
    assertThat(new MetadataProbe.Answer(3, -1).isComplete(3)).isFalse();
  }

  @Test
  void aNodeThatDoesNotListenHasNoAnswer() {
    assertThat(MetadataProbe.ask("127.0.0.1", 1, 200)).isNull();
  }

  private static MetadataProbe.Answer read(MetadataResponseData response) throws IOException {
    ByteBuffer header =
        MessageUtil.toByteBufferAccessor(new ResponseHeaderData().setCorrelationId(1), (short) 0)
            .buffer();
    ByteBuffer body = MessageUtil.toByteBufferAccessor(response, (short) 1).buffer();
    ByteBuffer frame = ByteBuffer.allocate(4 + header.remaining() + body.remaining());
    frame.putInt(header.remaining() + body.remaining()).put(header).put(body);
    var answer = MetadataProbe.read(new DataInputStream(new ByteArrayInputStream(frame.array())));
    assertThat(answer).isNotNull();
    return java.util.Objects.requireNonNull(answer, List.of(frame)::toString);
  }
}
