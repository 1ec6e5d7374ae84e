package io.millrace.server.api;

import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;

/// What becomes of the resources of one request to change configurations: some are settled by the
/// broker that was asked, the rest by the controller, and all are answered in the order asked.
///
/// @param <R> the request's resource, of either AlterConfigs or IncrementalAlterConfigs
final class SettledResources<R> {

  private final Collection<R> asked;
  private final Function<R, ConfigResource> key;
  private final Map<R, ApiError> settled = new IdentityHashMap<>();

  /// Refuses at once every resource that stands there twice.
  SettledResources(Collection<R> asked, Function<R, ConfigResource> key) {
    this.asked = asked;
    this.key = key;
    Map<ConfigResource, R> seen = new LinkedHashMap<>();
    for (R resource : asked) {
      R before = seen.put(key.apply(resource), resource);
      if (before != null) {
        ApiError twice =
            new ApiError(Errors.INVALID_REQUEST, "Each resource must appear at most once.");
        settle(before, twice);
        settle(resource, twice);
      }
    }
  }

  void settle(R resource, ApiError result) {
    settled.put(resource, result);
  }

  /// Checks what is not settled; what throws is refused for that reason.
  void check(Consumer<R> check) {
    for (R resource : unsettled()) {
      try {
        check.accept(resource);
      } catch (RuntimeException e) {
        settle(resource, ApiError.fromThrowable(e));
      }
    }
  }

  /// What is left for the controller.
  List<R> unsettled() {
    return asked.stream().filter(resource -> !settled.containsKey(resource)).toList();
  }

  /// Gives every resource its result.
  ///
  /// @param decided by the controller
  void answer(Map<ConfigResource, ApiError> decided, BiConsumer<R, ApiError> answer) {
    for (R resource : asked) {
      ApiError result = settled.get(resource);
      if (result == null) {
        result =
            decided.getOrDefault(key.apply(resource), new ApiError(Errors.UNKNOWN_SERVER_ERROR));
      }
      answer.accept(resource, result);
    }
  }
}
