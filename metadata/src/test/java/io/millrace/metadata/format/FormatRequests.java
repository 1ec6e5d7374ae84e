package io.millrace.metadata.format;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.jspecify.annotations.Nullable;

/// Builds format requests of node 1 with one directory, then what a test changes about it.
final class FormatRequests {

  static final String CLUSTER = "3Db5QLSqSZieL3rJBUUegA";
  static final String OTHER_CLUSTER = "4XByxXCPQ4Cmxoc0mTlZJQ";

  private final List<Path> dirs;
  private @Nullable Integer nodeId = 1;
  private boolean controller = true;
  private final Map<Integer, InetSocketAddress> voters = new TreeMap<>();
  private List<InetSocketAddress> bootstrap = List.of();
  private @Nullable String clusterId;
  private @Nullable InitialControllers initial;
  private final Map<String, Short> features = new LinkedHashMap<>();
  private @Nullable String release;

  private FormatRequests(List<Path> dirs) {
    this.dirs = dirs;
  }

  static FormatRequests in(Path... dirs) {
    return new FormatRequests(List.of(dirs));
  }

  FormatRequests node(@Nullable Integer id) {
    nodeId = id;
    return this;
  }

  FormatRequests brokerOnly() {
    controller = false;
    return this;
  }

  FormatRequests voter(int id) {
    voters.put(id, InetSocketAddress.createUnresolved("host" + id, 9093));
    return this;
  }

  FormatRequests bootstrapServer() {
    bootstrap = List.of(InetSocketAddress.createUnresolved("elsewhere", 9093));
    return this;
  }

  FormatRequests cluster(String id) {
    clusterId = id;
    return this;
  }

  FormatRequests initial(InitialControllers controllers) {
    initial = controllers;
    return this;
  }

  FormatRequests feature(String name, int level) {
    features.put(name, (short) level);
    return this;
  }

  FormatRequests release(String version) {
    release = version;
    return this;
  }

  FormatRequest build() {
    return new FormatRequest(
        nodeId,
        dirs,
        dirs.getFirst(),
        controller,
        List.of(new Endpoint("CONTROLLER", SecurityProtocol.PLAINTEXT, "host1", 9093)),
        voters,
        bootstrap,
        clusterId,
        initial,
        features,
        release,
        false);
  }
}
