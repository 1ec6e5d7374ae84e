package io.millrace.server.metrics;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;

/// Writes Prometheus' text exposition format 0.0.4: families of samples, each family once and
/// whole. One thread.
public final class Exposition {

  /// The content type of what [#toBytes] gives.
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  /// What a family's values mean.
  public enum Kind {
    COUNTER,
    GAUGE,
    HISTOGRAM
  }

  private final StringBuilder text = new StringBuilder(1 << 14);
  private final Set<String> families = new LinkedHashSet<>();
  private String family = "";

  /// Begins a family; its samples follow.
  ///
  /// @throws IllegalStateException where the family has been there before
  public Exposition family(String name, Kind kind, String help) {
    if (!families.add(name)) {
      throw new IllegalStateException("the family " + name + " comes twice");
    }
    family = name;
    text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    String kindName =
        switch (kind) {
          case COUNTER -> "counter";
          case GAUGE -> "gauge";
          case HISTOGRAM -> "histogram";
        };
    text.append("# TYPE ").append(name).append(' ').append(kindName).append('\n');
    return this;
  }

  /// A family of one sample.
  public void single(String name, Kind kind, String help, double value) {
    family(name, kind, help).sample(value);
  }

  /// Whether the family has been written.
  public boolean has(String name) {
    return families.contains(name);
  }

  /// One sample of the family.
  ///
  /// @param labels names and values in turn
  public Exposition sample(double value, String... labels) {
    return sampleOf("", value, labels);
  }

  /// One sample of a part of the family, such as `_bucket`.
  public Exposition sampleOf(String suffix, double value, String... labels) {
    text.append(family).append(suffix);
    for (int i = 0; i < labels.length; i += 2) {
      text.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"");
      escape(labels[i + 1]);
      text.append('"');
    }
    if (labels.length > 0) {
      text.append('}');
    }
    text.append(' ');
    number(value);
    text.append('\n');
    return this;
  }

  private void number(double value) {
    if (Double.isNaN(value)) {
      text.append("NaN");
    } else if (Double.isInfinite(value)) {
      text.append(value > 0 ? "+Inf" : "-Inf");
    } else if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      text.append((long) value);
    } else {
      text.append(value);
    }
  }

  private void escape(String value) {
    for (int i = 0; i < value.length(); i++) {
      char at = value.charAt(i);
      switch (at) {
        case '\\' -> text.append("\\\\");
        case '"' -> text.append("\\\"");
        case '\n' -> text.append("\\n");
        default -> text.append(at);
      }
    }
  }

  public byte[] toBytes() {
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
