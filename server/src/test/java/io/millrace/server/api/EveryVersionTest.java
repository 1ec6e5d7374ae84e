package io.millrace.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.server.request.ApiCaller;
import io.millrace.server.request.ApiTable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// What is advertised is answered in every version: the empty request of each version goes in over
/// the wire and an answer comes out over it.
class EveryVersionTest {

  private final TestCluster cluster =
      new TestCluster()
          .withBroker(1, false)
          .withController(1)
          .withTopic("events", new Uuid(1, 1), 3);

  @TestFactory
  Stream<DynamicTest> ofTheBroker() {
    return everyVersion(cluster.broker, ApiCaller.ofBroker());
  }

  @TestFactory
  Stream<DynamicTest> ofTheController() {
    return everyVersion(cluster.controllers, ApiCaller.ofController());
  }

  private static Stream<DynamicTest> everyVersion(ApiTable table, ApiCaller caller) {
    List<DynamicTest> tests = new ArrayList<>();
    for (ApiKeys api : table.apis()) {
      for (short version = api.oldestVersion(); version <= api.latestVersion(false); version++) {
        short asked = version;
        tests.add(
            DynamicTest.dynamicTest(
                api + " v" + asked,
                () -> {
                  ApiMessage body = ApiMessageType.fromApiKey(api.id).newRequest();
                  ApiMessage answer = caller.ask(table, api, asked, body, ApiMessage.class);
                  assertThat(answer.apiKey()).isEqualTo(api.id);
                }));
      }
    }
    return tests.stream();
  }

  @Test
  void whatWaitsForItsFeatureIsNotAdvertised() {
    assertThat(cluster.broker.apis())
        .contains(ApiKeys.METADATA, ApiKeys.CREATE_TOPICS, ApiKeys.DESCRIBE_QUORUM)
        .doesNotContain(
            ApiKeys.CREATE_ACLS,
            ApiKeys.ALTER_CLIENT_QUOTAS,
            ApiKeys.CREATE_DELEGATION_TOKEN,
            ApiKeys.ALTER_USER_SCRAM_CREDENTIALS);
  }
}
