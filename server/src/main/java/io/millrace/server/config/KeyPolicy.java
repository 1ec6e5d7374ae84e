package io.millrace.server.config;

import io.millrace.log.scrub.ScrubSettings;
import io.millrace.metadata.balance.BalancerSettings;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.apache.kafka.server.config.QuotaConfig;

/// What becomes of a property by its name: honoured, named in a warning, or refused.
///
/// Refused is what would leave the cluster less secure, less durable or less accessible than the
/// user asked for if it were ignored. The list shrinks as features arrive.
final class KeyPolicy {

  private KeyPolicy() {}

  private record Refusal(Predicate<String> when, String what) {}

  private static final String SECRET = "delegation.token.secret.key";

  private static final Predicate<String> SET = value -> !value.isBlank();

  private static final Map<String, Refusal> REFUSED =
      Map.ofEntries(
          Map.entry("authorizer.class.name", new Refusal(SET, "authorization is not there yet")),
          Map.entry(
              "remote.log.storage.system.enable",
              new Refusal(Boolean::parseBoolean, "tiered storage is not there yet")),
          Map.entry(
              "create.topic.policy.class.name",
              new Refusal(SET, "policies for new topics are not there yet")),
          Map.entry(
              "alter.config.policy.class.name",
              new Refusal(SET, "policies for configuration changes are not there yet")),
          Map.entry(
              "client.quota.callback.class", new Refusal(SET, "client quotas are not there yet")),
          Map.entry(
              "principal.builder.class",
              new Refusal(
                  value -> !value.endsWith("DefaultKafkaPrincipalBuilder"),
                  "principals of your own making are not there yet")),
          Map.entry("security.providers", new Refusal(SET, "security providers are not there yet")),
          Map.entry(
              "delegation.token.secret.key",
              new Refusal(SET, "delegation tokens are not there yet")),
          Map.entry(
              "security.inter.broker.protocol",
              new Refusal(
                  value -> !value.equalsIgnoreCase("PLAINTEXT"), "only PLAINTEXT is there yet")));

  /// Known to Kafka, but without effect here: threads and buffers that this design does not have,
  /// and features that are not there yet and harm nobody by their absence.
  private static final List<String> MEANINGLESS =
      List.of(
          "add.partitions.to.txn.",
          "background.threads",
          "connection.failed.authentication.delay.ms",
          "connections.max.reauth.ms",
          "controlled.shutdown.enable",
          "controller.quota.window.",
          "controller.socket.timeout.ms",
          "delegation.token.",
          "delete.records.purgatory.purge.interval.requests",
          "early.start.listeners",
          "fetch.purgatory.purge.interval.requests",
          "follower.fetch.last.tiered.offset.enable",
          "group.coordinator.background.threads",
          "group.coordinator.threads",
          "group.share.",
          "initial.broker.registration.timeout.ms",
          "kafka.metrics.",
          "log.cleaner.",
          "log.dir.failure.timeout.ms",
          "log.initial.task.delay.ms",
          "log.local.retention.",
          "log.preallocate",
          "metric.reporters",
          "metrics.",
          "num.io.threads",
          "num.network.threads",
          "num.replica.alter.log.dirs.threads",
          "producer.purgatory.purge.interval.requests",
          "queued.max.requests",
          "remote.",
          "replica.socket.receive.buffer.bytes",
          "sasl.",
          "server.max.startup.time.ms",
          "share.",
          "socket.connection.setup.timeout.",
          "socket.receive.buffer.bytes",
          "socket.send.buffer.bytes",
          "ssl.",
          "telemetry.max.bytes",
          "transaction.",
          "transactional.id.expiration.ms",
          "unstable.api.versions.enable");

  /// Why the node must not start with `key` set to `value`.
  static Optional<ConfigProblem> refusal(String key, String value) {
    Refusal refusal = REFUSED.get(withoutListener(key));
    if (refusal == null || !refusal.when.test(value)) {
      return Optional.empty();
    }
    return Optional.of(
        new ConfigProblem(
            key,
            SECRET.equals(key) ? "[hidden]" : value,
            refusal.what + ", and a node that ignored this would not do what you rely on",
            "Remove the property, or wait for a version that has it"));
  }

  /// The name of a setting that may stand for one listener only.
  private static String withoutListener(String key) {
    if (!key.startsWith("listener.name.")) {
      return key;
    }
    int end = key.indexOf('.', "listener.name.".length());
    return key.substring(end + 1);
  }

  /// Whether setting `key` changes nothing here.
  static boolean isMeaningless(String key) {
    String name = key.toLowerCase(Locale.ROOT);
    if (name.equals(MetricsAddress.KEY) || BalancerSettings.has(name) || ScrubSettings.has(name)) {
      return false;
    }
    if (name.startsWith("listener.name.")) {
      return !SocketLimits.isOfListener(key);
    }
    for (String entry : MEANINGLESS) {
      if (entry.endsWith(".") ? name.startsWith(entry) : name.equals(entry)) {
        return true;
      }
    }
    return !AbstractKafkaConfig.CONFIG_DEF.names().contains(key)
        && !key.startsWith("config.providers.")
        && !QuotaConfig.brokerQuotaConfigs().names().contains(key);
  }
}
