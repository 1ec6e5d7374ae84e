package io.millrace.server.request;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;

/// Which handler answers which API on a listener. What is not in the table is not advertised, and a
/// request for it closes the connection. Immutable; shared by all loops.
public final class ApiTable {

  /// One row.
  ///
  /// @param message set for an API that goes through Kafka's message classes
  /// @param wire set for an API that is decoded by hand
  record Row(
      ApiKeys api,
      short minVersion,
      short maxVersion,
      @Nullable ApiHandler<ApiMessage> message,
      @Nullable WireHandler wire) {

    boolean supports(short version) {
      return version >= minVersion && version <= maxVersion;
    }
  }

  private final @Nullable Row[] rows;

  private ApiTable(Map<ApiKeys, Row> byApi) {
    int maxId = 0;
    for (ApiKeys api : byApi.keySet()) {
      maxId = Math.max(maxId, api.id);
    }
    rows = new Row[maxId + 1];
    byApi.forEach((api, row) -> rows[api.id] = row);
  }

  @Nullable Row row(short apiId) {
    return apiId >= 0 && apiId < rows.length ? rows[apiId] : null;
  }

  /// The APIs served, by id.
  public List<ApiKeys> apis() {
    List<ApiKeys> apis = new ArrayList<>();
    for (Row row : rows) {
      if (row != null) {
        apis.add(row.api());
      }
    }
    return apis;
  }

  public static Builder builder() {
    return new Builder();
  }

  /// Collects the rows.
  public static final class Builder {

    private final EnumMap<ApiKeys, Row> byApi = new EnumMap<>(ApiKeys.class);

    private Builder() {}

    /// Serves `api` in all its stable versions.
    @SuppressWarnings("unchecked")
    public Builder serve(ApiKeys api, ApiHandler<? extends ApiMessage> handler) {
      return put(
          new Row(
              api,
              api.oldestVersion(),
              api.latestVersion(false),
              (ApiHandler<ApiMessage>) handler,
              null));
    }

    /// Serves `api` in all its stable versions, decoded by hand.
    public Builder serveWire(ApiKeys api, WireHandler handler) {
      return put(new Row(api, api.oldestVersion(), api.latestVersion(false), null, handler));
    }

    private Builder put(Row row) {
      if (byApi.put(row.api(), row) != null) {
        throw new IllegalArgumentException("two handlers for " + row.api());
      }
      return this;
    }

    public ApiTable build() {
      return new ApiTable(byApi);
    }
  }
}
