package io.millrace.server.metrics;

import io.millrace.server.metrics.Exposition.Kind;
import io.millrace.server.request.LoopTraffic;
import io.millrace.server.request.LoopTraffic.OfApi;
import io.millrace.server.request.RequestCounters;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.common.protocol.ApiKeys;

/// The request path's figures: Kafka's `kafka.network:type=RequestMetrics`.
///
/// Times are a histogram instead of Kafka's quantiles, which cannot be added up over nodes.
final class RequestFigures {

  private RequestFigures() {}

  /// @param traffic the sum over all loops
  static void write(Exposition out, LoopTraffic traffic, RequestCounters counters) {
    List<ApiKeys> asked = new ArrayList<>();
    for (ApiKeys api : ApiKeys.values()) {
      if (traffic.of(api) != null) {
        asked.add(api);
      }
    }
    Column requests = OfApi::requests;
    column(
        out, asked, traffic, "kafka_network_requestmetrics_requests_total", "Requests.", requests);
    column(
        out,
        asked,
        traffic,
        "kafka_network_requestmetrics_requestbytes_total",
        "Bytes of requests.",
        OfApi::requestBytes);
    column(
        out,
        asked,
        traffic,
        "kafka_network_requestmetrics_errors_total",
        "Requests that failed as a whole.",
        OfApi::failures);
    times(out, asked, traffic);
    out.single(
        "kafka_server_socketserver_connection_creation_total",
        Kind.COUNTER,
        "Connections accepted.",
        counters.connectionsOpened());
    out.single(
        "millrace_connections_refused_total",
        Kind.COUNTER,
        "Connections closed at once because of a limit.",
        counters.connectionsRefused());
    out.single(
        "millrace_malformed_requests_total",
        Kind.COUNTER,
        "Frames that did not follow the protocol.",
        counters.malformed());
    out.single(
        "millrace_handler_faults_total",
        Kind.COUNTER,
        "Requests that failed by a fault of the node.",
        counters.handlerFaults());
  }

  @FunctionalInterface
  private interface Column {
    long of(OfApi figures);
  }

  private static void column(
      Exposition out,
      List<ApiKeys> asked,
      LoopTraffic traffic,
      String name,
      String help,
      Column column) {
    out.family(name, Kind.COUNTER, help);
    for (ApiKeys api : asked) {
      OfApi figures = traffic.of(api);
      if (figures != null) {
        out.sample(column.of(figures), "request", api.name);
      }
    }
  }

  private static void times(Exposition out, List<ApiKeys> asked, LoopTraffic traffic) {
    out.family(
        "kafka_network_requestmetrics_totaltimems",
        Kind.HISTOGRAM,
        "Milliseconds from reading a request to sending its answer, waits included.");
    for (ApiKeys api : asked) {
      OfApi figures = traffic.of(api);
      if (figures == null) {
        continue;
      }
      long below = 0;
      for (int i = 0; i < LoopTraffic.BUCKETS - 1; i++) {
        below += figures.bucket(i);
        String bound = String.format(Locale.ROOT, "%s", Math.scalb(1e-3, i));
        out.sampleOf("_bucket", below, "request", api.name, "le", bound);
      }
      out.sampleOf("_bucket", figures.answers(), "request", api.name, "le", "+Inf");
      out.sampleOf("_sum", figures.nanos() / 1e6, "request", api.name);
      out.sampleOf("_count", figures.answers(), "request", api.name);
    }
  }
}
