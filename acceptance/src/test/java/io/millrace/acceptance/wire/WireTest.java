package io.millrace.acceptance.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.acceptance.harness.Broker;
import io.millrace.acceptance.harness.Suite;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.DeleteRecordsRequestData;
import org.apache.kafka.common.message.DeleteRecordsResponseData.DeleteRecordsPartitionResult;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.common.requests.DeleteRecordsRequest;
import org.apache.kafka.common.requests.DeleteRecordsResponse;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.ProduceRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Framing, versions, pipelining and what happens to clients that break the rules.
class WireTest {
  /// Not served before their issues: transactions, security, reassignment and quorum changes, share
  /// groups, telemetry.
  private static final Set<ApiKeys> NOT_YET =
      Set.of(
          ApiKeys.ADD_PARTITIONS_TO_TXN,
          ApiKeys.ADD_OFFSETS_TO_TXN,
          ApiKeys.END_TXN,
          ApiKeys.WRITE_TXN_MARKERS,
          ApiKeys.TXN_OFFSET_COMMIT,
          ApiKeys.DESCRIBE_TRANSACTIONS,
          ApiKeys.LIST_TRANSACTIONS,
          ApiKeys.DESCRIBE_ACLS,
          ApiKeys.CREATE_ACLS,
          ApiKeys.DELETE_ACLS,
          ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS,
          ApiKeys.ALTER_USER_SCRAM_CREDENTIALS,
          ApiKeys.DESCRIBE_CLIENT_QUOTAS,
          ApiKeys.ALTER_CLIENT_QUOTAS,
          ApiKeys.CREATE_DELEGATION_TOKEN,
          ApiKeys.RENEW_DELEGATION_TOKEN,
          ApiKeys.EXPIRE_DELEGATION_TOKEN,
          ApiKeys.DESCRIBE_DELEGATION_TOKEN,
          ApiKeys.SHARE_GROUP_HEARTBEAT,
          ApiKeys.SHARE_GROUP_DESCRIBE,
          ApiKeys.SHARE_FETCH,
          ApiKeys.SHARE_ACKNOWLEDGE,
          ApiKeys.INITIALIZE_SHARE_GROUP_STATE,
          ApiKeys.READ_SHARE_GROUP_STATE,
          ApiKeys.WRITE_SHARE_GROUP_STATE,
          ApiKeys.DELETE_SHARE_GROUP_STATE,
          ApiKeys.READ_SHARE_GROUP_STATE_SUMMARY,
          ApiKeys.DESCRIBE_SHARE_GROUP_OFFSETS,
          ApiKeys.ALTER_SHARE_GROUP_OFFSETS,
          ApiKeys.DELETE_SHARE_GROUP_OFFSETS);

  @RegisterExtension
  static final Broker broker = Broker.judged().with("socket.request.max.bytes", "2000000");

  @Test
  void advertisesKafkasApisInKafkasVersions() throws IOException {
    Map<String, String> advertised = new TreeMap<>();
    try (Connection connection = new Connection(broker)) {
      for (ApiVersion api : apiVersions(connection).data().apiKeys()) {
        advertised.put(
            ApiKeys.forId(api.apiKey()).name(), api.minVersion() + "-" + api.maxVersion());
      }
    }
    Map<String, String> kafkas = new TreeMap<>();
    Set<ApiKeys> served = EnumSet.copyOf(ApiKeys.brokerApis());
    // Kafka advertises these only where a metrics plugin wants them.
    served.remove(ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS);
    served.remove(ApiKeys.PUSH_TELEMETRY);
    for (ApiKeys api : served) {
      if (!(NOT_YET.contains(api) && Suite.judged() == Suite.Judged.MILLRACE)) {
        api.toApiVersionForApiResponse(false, ListenerType.BROKER)
            .ifPresent(version ->
                kafkas.put(api.name(), version.minVersion() + "-" + version.maxVersion()));
      }
    }
    assertThat(advertised).isEqualTo(kafkas);
  }

  @Test
  void answersApiVersionsOfAnUnknownVersionInTheFirstOne() throws IOException {
    try (Connection connection = new Connection(broker)) {
      RequestHeaderData header =
          new RequestHeaderData()
              .setRequestApiKey(ApiKeys.API_VERSIONS.id)
              .setRequestApiVersion((short) 99)
              .setCorrelationId(7)
              .setClientId("acceptance");
      ByteBuffer body = MessageUtil.toByteBufferAccessor(header, (short) 2).buffer();
      connection.sendBytes(
          ByteBuffer.allocate(4 + body.remaining()).putInt(body.remaining()).put(body).array());
      ApiVersionsResponse answer =
          (ApiVersionsResponse) connection.receive(ApiKeys.API_VERSIONS, (short) 0, 7);
      assertThat(answer.data().errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
      assertThat(answer.data().apiKeys())
          .anySatisfy(api -> assertThat(api.apiKey()).isEqualTo(ApiKeys.API_VERSIONS.id));
      assertThat(apiVersions(connection).data().errorCode()).isZero();
    }
  }

  @Test
  void answersPipelinedRequestsInTheirOrder() throws IOException {
    try (Connection connection = new Connection(broker)) {
      List<byte[]> frames = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        frames.add(Connection.frame(i % 2 == 0 ? metadata() : apiVersionsRequest(), i));
      }
      connection.sendTogether(frames);
      for (int i = 0; i < 200; i++) {
        AbstractRequest asked = i % 2 == 0 ? metadata() : apiVersionsRequest();
        connection.receive(asked.apiKey(), asked.version(), i);
      }
    }
  }

  @Test
  void readsARequestThatComesByteByByte() throws IOException {
    try (Connection connection = new Connection(broker)) {
      for (byte one : Connection.frame(metadata(), 3)) {
        connection.sendBytes(new byte[] {one});
      }
      AbstractRequest asked = metadata();
      connection.receive(asked.apiKey(), asked.version(), 3);
    }
  }

  @Test
  void answersNothingToAProduceThatWantsNoAcknowledgement() throws IOException {
    String topic = broker.clients().topic("acks-0", 1);
    try (Connection connection = new Connection(broker)) {
      connection.sendTogether(
          List.of(
              Connection.frame(produce(topic, (short) 0), 1),
              Connection.frame(metadata(), 2),
              Connection.frame(produce(topic, (short) 1), 3)));
      AbstractRequest asked = metadata();
      connection.receive(asked.apiKey(), asked.version(), 2);
      connection.receive(ApiKeys.PRODUCE, (short) 12, 3);
    }
    assertThat(broker.clients().readAll(topic)).hasSize(2);
  }

  /// librdkafka sends a timeout of 0 where its caller does not want to wait for followers.
  @Test
  void aDeletionWithoutTimeIsDoneWhereThereAreNoFollowers() throws IOException {
    String topic = broker.clients().topic("deleted-at-once", 1);
    try (Connection connection = new Connection(broker)) {
      connection.send(produce(topic, (short) 1), 1);
      connection.receive(ApiKeys.PRODUCE, (short) 12, 1);
      AbstractRequest deletion = deleteRecords(topic, 1);
      connection.send(deletion, 2);
      DeleteRecordsResponse answer =
          (DeleteRecordsResponse) connection.receive(ApiKeys.DELETE_RECORDS, deletion.version(), 2);
      DeleteRecordsPartitionResult result =
          answer.data().topics().iterator().next().partitions().iterator().next();
      assertThat(Errors.forCode(result.errorCode())).isEqualTo(Errors.NONE);
      assertThat(result.lowWatermark()).isEqualTo(1);
    }
  }

  @Test
  void closesAConnectionThatSendsTooMuch() throws IOException {
    try (Connection connection = new Connection(broker)) {
      connection.sendBytes(ByteBuffer.allocate(8).putInt(2_000_001).putInt(0).array());
      assertThat(connection.isClosedByTheBroker()).isTrue();
    }
    assertStillServing();
  }

  @Test
  void closesAConnectionThatSendsNoKafka() throws IOException {
    for (String nonsense : List.of("GET / HTTP/1.1\r\n\r\n", "\0\0\0\10\177\177\0\0aaaa")) {
      try (Connection connection = new Connection(broker)) {
        connection.sendBytes(nonsense.getBytes(StandardCharsets.ISO_8859_1));
        assertThat(connection.isClosedByTheBroker()).isTrue();
      }
    }
    assertStillServing();
  }

  @Test
  void closesAConnectionThatAsksForAVersionThatIsNotServed() throws IOException {
    try (Connection connection = new Connection(broker)) {
      ByteBuffer request =
          ByteBuffer.allocate(4 + 10)
              .putInt(10)
              .putShort(ApiKeys.METADATA.id)
              .putShort((short) 99)
              .putInt(1)
              .putShort((short) -1);
      connection.sendBytes(request.array());
      assertThat(connection.isClosedByTheBroker()).isTrue();
    }
    assertStillServing();
  }

  @Test
  void servesManyConnectionsAtOnce() throws IOException {
    List<Connection> connections = new ArrayList<>();
    try {
      for (int i = 0; i < 300; i++) {
        connections.add(new Connection(broker));
      }
      for (Connection connection : connections) {
        connection.send(metadata(), 1);
      }
      AbstractRequest asked = metadata();
      for (Connection connection : connections) {
        connection.receive(asked.apiKey(), asked.version(), 1);
      }
    } finally {
      for (Connection connection : connections) {
        connection.close();
      }
    }
  }

  private static void assertStillServing() throws IOException {
    try (Connection connection = new Connection(broker)) {
      assertThat(apiVersions(connection).data().errorCode()).isZero();
    }
  }

  private static ApiVersionsResponse apiVersions(Connection connection) throws IOException {
    AbstractRequest request = apiVersionsRequest();
    connection.send(request, 1);
    return (ApiVersionsResponse) connection.receive(ApiKeys.API_VERSIONS, request.version(), 1);
  }

  private static AbstractRequest apiVersionsRequest() {
    return new ApiVersionsRequest.Builder().build();
  }

  private static AbstractRequest metadata() {
    return new MetadataRequest(
        new MetadataRequestData().setTopics(null), ApiKeys.METADATA.latestVersion());
  }

  private static AbstractRequest deleteRecords(String topic, long before) {
    DeleteRecordsRequestData.DeleteRecordsPartition partition =
        new DeleteRecordsRequestData.DeleteRecordsPartition()
            .setPartitionIndex(0)
            .setOffset(before);
    DeleteRecordsRequestData data =
        new DeleteRecordsRequestData()
            .setTimeoutMs(0)
            .setTopics(
                List.of(
                    new DeleteRecordsRequestData.DeleteRecordsTopic()
                        .setName(topic)
                        .setPartitions(List.of(partition))));
    return new DeleteRecordsRequest.Builder(data).build();
  }

  private static AbstractRequest produce(String topic, short acks) {
    ProduceRequestData data = new ProduceRequestData().setAcks(acks).setTimeoutMs(10_000);
    data.topicData()
        .add(
            new ProduceRequestData.TopicProduceData()
                .setName(topic)
                .setPartitionData(
                    List.of(
                        new ProduceRequestData.PartitionProduceData()
                            .setIndex(0)
                            .setRecords(
                                MemoryRecords.withRecords(
                                    Compression.NONE,
                                    new SimpleRecord("v".getBytes(StandardCharsets.UTF_8)))))));
    return new ProduceRequest.Builder((short) 12, (short) 12, data).build();
  }
}
