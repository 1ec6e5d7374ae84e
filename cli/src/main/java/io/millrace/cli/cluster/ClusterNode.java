package io.millrace.cli.cluster;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One node of a local cluster, as its directory remembers it.
///
/// @param id the node id, from 1
/// @param ports where it listens, on 127.0.0.1
/// @param dir where its data lies
/// @param formatOptions words for `millrace start` that format it on the first start
/// @param process the process that was started last; gone if it was ended
record ClusterNode(int id, Ports ports, Path dir, List<String> formatOptions, OsProcess process) {
  static final String HOST = "127.0.0.1";

  ClusterNode withProcess(OsProcess process) {
    return new ClusterNode(id, ports, dir, formatOptions, process);
  }

  String address() {
    return HOST + ":" + ports.client();
  }

  /// What a program is told of this node.
  Map<String, Object> describe() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("id", id);
    json.put("pid", process.pid());
    json.put("host", HOST);
    json.put("port", ports.client());
    json.put("controller_port", ports.controller());
    json.put("metrics_port", ports.metrics());
    json.put("dir", dir.toString());
    return json;
  }

  Map<String, Object> toJson() {
    Map<String, Object> json = describe();
    json.put("started", process.started());
    json.put("format_options", formatOptions);
    return json;
  }

  static ClusterNode fromJson(Map<?, ?> json) {
    List<?> words = (List<?>) required(json, "format_options");
    return new ClusterNode(
        integer(json, "id"),
        new Ports(
            integer(json, "port"),
            integer(json, "controller_port"),
            json.containsKey("metrics_port") ? integer(json, "metrics_port") : 0),
        Path.of(required(json, "dir").toString()),
        words.stream().map(String::valueOf).toList(),
        new OsProcess(integer(json, "pid"), required(json, "started").toString()));
  }

  private static int integer(Map<?, ?> json, String key) {
    return Math.toIntExact(((Number) required(json, key)).longValue());
  }

  private static Object required(Map<?, ?> json, String key) {
    Object value = json.get(key);
    if (value == null) {
      throw new IllegalArgumentException("no " + key);
    }
    return value;
  }
}
