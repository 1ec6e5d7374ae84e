package io.millrace.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.server.request.ApiCaller;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.network.ClientInformation;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.server.common.MetadataVersion;
import org.junit.jupiter.api.Test;

class ApiVersionsHandlerTest {

  private final TestCluster cluster = new TestCluster().withBroker(1, false);
  private final ApiCaller client = ApiCaller.ofBroker();

  private static ApiVersionsRequestData from(String name, String version) {
    return new ApiVersionsRequestData()
        .setClientSoftwareName(name)
        .setClientSoftwareVersion(version);
  }

  private ApiVersionsResponseData ask(int version, ApiVersionsRequestData body) {
    return client.ask(
        cluster.broker, ApiKeys.API_VERSIONS, version, body, ApiVersionsResponseData.class);
  }

  @Test
  void listsWhatTheTableServesAndTheFeaturesInForce() {
    ApiVersionsResponseData answer = ask(4, from("librdkafka", "2.11.0"));

    assertThat(answer.errorCode()).isZero();
    assertThat(answer.apiKeys()).hasSameSizeAs(cluster.broker.apis());
    assertThat(answer.apiKeys().find(ApiKeys.METADATA.id).maxVersion()).isEqualTo((short) 13);
    assertThat(answer.finalizedFeatures().find(MetadataVersion.FEATURE_NAME).maxVersionLevel())
        .isEqualTo(MetadataVersion.latestProduction().featureLevel());
    assertThat(answer.finalizedFeatures().find("kraft.version").maxVersionLevel())
        .isEqualTo((short) 1);
    assertThat(answer.finalizedFeaturesEpoch())
        .isEqualTo(cluster.view.image().highestOffsetAndEpoch().offset());
    assertThat(client.clientInformation()).isEqualTo(new ClientInformation("librdkafka", "2.11.0"));
  }

  @Test
  void hidesFeaturesWithALowestLevelOfZeroFromOldClients() {
    assertThat(ask(4, from("a", "1")).supportedFeatures().find("group.version")).isNotNull();
    assertThat(ask(3, from("a", "1")).supportedFeatures().find("group.version")).isNull();
  }

  @Test
  void answersAVersionOfTheFutureInVersionZero() {
    ApiVersionsResponseData answer = ask(127, new ApiVersionsRequestData());

    assertThat(answer.errorCode()).isEqualTo(Errors.UNSUPPORTED_VERSION.code());
    assertThat(answer.apiKeys()).hasSize(1);
    assertThat(answer.apiKeys().find(ApiKeys.API_VERSIONS.id).maxVersion())
        .isEqualTo(ApiKeys.API_VERSIONS.latestVersion());
  }

  @Test
  void refusesSoftwareNamesThatAreNone() {
    assertThat(ask(3, from("", "1.0")).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    assertThat(ask(3, from("a b", "1.0")).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    assertThat(ask(2, new ApiVersionsRequestData()).errorCode()).isZero();
  }
}
