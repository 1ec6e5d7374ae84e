package io.millrace.server.metrics;

import com.yammer.metrics.core.Counter;
import com.yammer.metrics.core.Gauge;
import com.yammer.metrics.core.Histogram;
import com.yammer.metrics.core.Metered;
import com.yammer.metrics.core.Metric;
import com.yammer.metrics.core.MetricName;
import com.yammer.metrics.core.MetricsRegistry;
import io.millrace.server.metrics.Exposition.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.Metrics;
import org.jspecify.annotations.Nullable;

/// What Kafka's own libraries count (controller, Raft, groups), under the names that the JMX
/// exporter's widespread rules give them: `kafka_<domain>_<type>_<name>`, lower case, `_total` for
/// a meter, and `<domain>_<group>_<name>` for the registry of kafka-clients.
///
/// Any thread.
public final class BorrowedMetrics {

  private BorrowedMetrics() {}

  private record Sample(String suffix, double value, String[] labels) {}

  private record Family(Kind kind, List<Sample> samples) {}

  /// The figures of a registry of Yammer's.
  public static MetricSource of(MetricsRegistry registry) {
    return out -> {
      SortedMap<String, Family> families = new TreeMap<>();
      for (Map.Entry<MetricName, Metric> entry : registry.allMetrics().entrySet()) {
        add(families, entry.getKey(), entry.getValue());
      }
      write(out, families);
    };
  }

  private static void add(SortedMap<String, Family> families, MetricName id, Metric metric) {
    String base = name(id.getGroup() + "_" + id.getType() + "_" + id.getName());
    String[] labels = labels(id.getMBeanName());
    switch (metric) {
      case Gauge<?> gauge -> {
        if (number(gauge.value()) instanceof Double value) {
          family(families, base, Kind.GAUGE).add(new Sample("", value, labels));
        }
      }
      case Counter counter ->
          family(families, base, Kind.GAUGE).add(new Sample("", counter.count(), labels));
      case Histogram histogram -> {
        family(families, base + "_count", Kind.COUNTER)
            .add(new Sample("", histogram.count(), labels));
        family(families, base + "_mean", Kind.GAUGE).add(new Sample("", histogram.mean(), labels));
        family(families, base + "_max", Kind.GAUGE).add(new Sample("", histogram.max(), labels));
      }
      case Metered meter ->
          family(families, base.replaceFirst("persec$", "") + "_total", Kind.COUNTER)
              .add(new Sample("", meter.count(), labels));
      default -> {
        // A kind that Kafka does not use.
      }
    }
  }

  /// Everything in an MBean's name but type and name.
  private static String[] labels(String mbean) {
    List<String> labels = new ArrayList<>();
    int colon = mbean.indexOf(':');
    for (String pair : mbean.substring(colon + 1).split(",")) {
      int equals = pair.indexOf('=');
      String key = equals < 0 ? "" : pair.substring(0, equals);
      if (!key.isEmpty() && !key.equals("type") && !key.equals("name")) {
        labels.add(name(key));
        labels.add(pair.substring(equals + 1).replace("\"", ""));
      }
    }
    return labels.toArray(String[]::new);
  }

  /// The figures of a registry of kafka-clients'.
  ///
  /// @param domain what its JMX names begin with, `kafka_server`
  public static MetricSource of(Metrics metrics, String domain) {
    return out -> {
      SortedMap<String, Family> families = new TreeMap<>();
      for (KafkaMetric metric : metrics.metrics().values()) {
        var id = metric.metricName();
        if (number(metric.metricValue()) instanceof Double value
            && !id.group().equals("kafka-metrics-count")) {
          List<String> labels = new ArrayList<>();
          new TreeMap<>(id.tags())
              .forEach((key, tag) -> {
                labels.add(name(key));
                labels.add(tag);
              });
          String base = name(domain + "_" + id.group() + "_" + id.name());
          family(families, base, base.endsWith("_total") ? Kind.COUNTER : Kind.GAUGE)
              .add(new Sample("", value, labels.toArray(String[]::new)));
        }
      }
      write(out, families);
    };
  }

  private static List<Sample> family(SortedMap<String, Family> families, String name, Kind kind) {
    return families.computeIfAbsent(name, _ -> new Family(kind, new ArrayList<>())).samples();
  }

  private static void write(Exposition out, SortedMap<String, Family> families) {
    families.forEach((name, family) -> {
      if (!out.has(name)) {
        out.family(name, family.kind(), "Kafka's metric of this name.");
        for (Sample sample : family.samples()) {
          out.sampleOf(sample.suffix(), sample.value(), sample.labels());
        }
      }
    });
  }

  private static @Nullable Double number(@Nullable Object value) {
    return switch (value) {
      case Number number -> number.doubleValue();
      case Boolean flag -> flag ? 1.0 : 0.0;
      case null, default -> null;
    };
  }

  /// In lower case, with `_` for whatever Prometheus does not allow.
  static String name(String raw) {
    StringBuilder name = new StringBuilder(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char at = raw.charAt(i);
      boolean plain = (at >= 'a' && at <= 'z') || (at >= '0' && at <= '9') || at == '_';
      name.append(plain ? at : at >= 'A' && at <= 'Z' ? Character.toLowerCase(at) : '_');
    }
    return name.toString().toLowerCase(Locale.ROOT);
  }
}
