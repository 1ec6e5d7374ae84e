package io.millrace.server.api;

import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.ApiTable;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.feature.Features;
import org.apache.kafka.common.feature.SupportedVersionRange;
import org.apache.kafka.common.message.ApiMessageType.ListenerType;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersionCollection;
import org.apache.kafka.common.network.ClientInformation;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.ApiVersionsRequest;
import org.apache.kafka.common.requests.ApiVersionsResponse;
import org.apache.kafka.server.BrokerFeatures;
import org.apache.kafka.server.common.FinalizedFeatures;

/// ApiVersions: which APIs a listener serves in which versions, and the cluster's features.
///
/// A version of the request that is not known here is answered in version 0 with
/// UNSUPPORTED_VERSION and this API's own versions (KIP-511). PRODUCE is listed from version 0
/// though only 3 and later are taken, since old librdkafka gives up otherwise (KAFKA-18659).
public final class ApiVersionsHandler implements ApiHandler<ApiVersionsRequestData> {

  /// Clients before version 4 of this API cannot read features with a lowest level of 0
  /// (KAFKA-17492).
  private static final int FIRST_VERSION_WITH_LEVEL_0 = 4;

  private final ListenerType listener;
  private final Supplier<ApiTable> apis;
  private final Supplier<FinalizedFeatures> finalized;
  private final Features<SupportedVersionRange> supported;
  private volatile ApiVersionCollection served = new ApiVersionCollection();

  /// @param apis the table that this handler is in, asked when the first request comes
  /// @param unstableFeatures `unstable.feature.versions.enable`
  public ApiVersionsHandler(
      ListenerType listener,
      Supplier<ApiTable> apis,
      Supplier<FinalizedFeatures> finalized,
      boolean unstableFeatures) {
    this.listener = listener;
    this.apis = apis;
    this.finalized = finalized;
    this.supported = BrokerFeatures.defaultSupportedFeatures(unstableFeatures);
  }

  @Override
  public void handle(Request request, ApiVersionsRequestData body, Responder out) {
    short version = request.header().apiVersion();
    if (!ApiKeys.API_VERSIONS.isVersionSupported(version)) {
      out.fail(new UnsupportedVersionException("ApiVersions version " + version));
      return;
    }
    if (!new ApiVersionsRequest(body, version).isValid()) {
      out.fail(new InvalidRequestException("Invalid name or version of the client's software."));
      return;
    }
    if (version >= 3) {
      request
          .connection()
          .identify(new ClientInformation(body.clientSoftwareName(), body.clientSoftwareVersion()));
    }
    FinalizedFeatures features = finalized.get();
    out.respond(
        new ApiVersionsResponse.Builder()
            .setApiVersions(served().duplicate())
            .setSupportedFeatures(supported)
            .setFinalizedFeatures(features.finalizedFeatures())
            .setFinalizedFeaturesEpoch(features.finalizedFeaturesEpoch())
            .setAlterFeatureLevel0(version < FIRST_VERSION_WITH_LEVEL_0)
            .build()
            .data());
  }

  private ApiVersionCollection served() {
    ApiVersionCollection known = served;
    if (known.isEmpty()) {
      known = new ApiVersionCollection();
      for (ApiKeys api : apis.get().apis()) {
        api.toApiVersionForApiResponse(false, listener).ifPresent(known::mustAdd);
      }
      served = known;
    }
    return known;
  }
}
