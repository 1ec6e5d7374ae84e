package io.millrace.cli.client;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.ExitCode;
import io.millrace.cli.node.NodeProperties;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How a command reaches the cluster; the same options everywhere.
public final class ClientOptions {
  private static final int CONNECT_TIMEOUT_MS = 3_000;

  @Option(
      names = {"-b", "--bootstrap-server"},
      paramLabel = "HOST:PORT,...",
      defaultValue = "${env:MILLRACE_BOOTSTRAP:-127.0.0.1:9092}",
      description = "Where the cluster is (default: $MILLRACE_BOOTSTRAP, else 127.0.0.1:9092).")
  String bootstrap = "";

  @Option(
      names = "--command-config",
      paramLabel = "FILE",
      description = "Properties of Kafka's clients, e.g. security.protocol.")
  @Nullable Path file;

  @Option(
      names = "-X",
      paramLabel = "KEY=VALUE",
      description = "A property of Kafka's clients; wins over the file. Repeatable.")
  Map<String, String> properties = Map.of();

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "15",
      description = "How long to wait for an answer (default: ${DEFAULT-VALUE}).")
  int timeoutSeconds;

  /// Properties for a client of Kafka's, once at least one bootstrap server accepts a connection: a
  /// client of Kafka's would retry for its whole timeout where nobody listens.
  ///
  /// @throws CommandFailure if none does
  public Map<String, Object> connect() {
    requireListener();
    Map<String, Object> config = new HashMap<>();
    config.put("client.id", "millrace-cli");
    config.put("request.timeout.ms", timeoutSeconds * 1_000);
    config.put("default.api.timeout.ms", timeoutSeconds * 1_000);
    config.put("enable.metrics.push", "false");
    if (file != null) {
      config.putAll(NodeProperties.read(file));
    }
    config.putAll(properties);
    config.put("bootstrap.servers", bootstrap);
    return config;
  }

  /// [#connect] to these servers instead of those that the options name.
  public Map<String, Object> connect(String servers) {
    bootstrap = servers;
    return connect();
  }

  private void requireListener() {
    String problem = "";
    for (String server : bootstrap.split(",")) {
      int colon = server.lastIndexOf(':');
      try (var socket = new Socket()) {
        int port = Integer.parseInt(server.substring(colon + 1).strip());
        String host = server.substring(0, colon).replace("[", "").replace("]", "").strip();
        socket.connect(new InetSocketAddress(host, port), CONNECT_TIMEOUT_MS);
        return;
      } catch (NumberFormatException | IndexOutOfBoundsException _) {
        throw CommandFailure.usage(
            "--bootstrap-server " + server + " is not host:port", "for example: 127.0.0.1:9092");
      } catch (IllegalArgumentException | IOException e) {
        problem = e.getMessage() == null ? e.toString() : e.getMessage();
      }
    }
    throw new CommandFailure(
        ExitCode.UNREACHABLE,
        "nobody answers on " + bootstrap + ": " + problem,
        "start a node (./millrace dev), or name the cluster by -b HOST:PORT");
  }
}
