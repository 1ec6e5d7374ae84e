package io.millrace.server.config;

import io.millrace.log.LogConfig;
import io.millrace.metadata.ImageListener;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows what the cluster's metadata says of this broker's configuration and publishes the whole
/// of it after each change.
///
/// [#current] may be asked from any thread; changes are applied, and listeners called, on the
/// `metadata` loop. What cannot be applied (written by another version, or past our checks) is left
/// out and logged; a node never stops for it.
public final class ConfigView implements ImageListener {

  private static final Logger LOG = LoggerFactory.getLogger(ConfigView.class);

  /// Told of a change.
  @FunctionalInterface
  public interface Listener {
    /// On the `metadata` loop; must not wait.
    void onConfig(EffectiveConfig before, EffectiveConfig now);
  }

  private final NodeConfig node;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private volatile EffectiveConfig current;
  private volatile MetadataImage image = MetadataImage.EMPTY;

  public ConfigView(NodeConfig node) {
    this.node = node;
    this.current = EffectiveConfig.of(node);
  }

  public NodeConfig node() {
    return node;
  }

  public EffectiveConfig current() {
    return current;
  }

  public void addListener(Listener listener) {
    listeners.add(listener);
  }

  /// The effective settings of a topic's logs as of the latest image.
  public LogConfig logConfig(String topic) {
    return current.logConfig(stored(new ConfigResource(ConfigResource.Type.TOPIC, topic)));
  }

  /// What is set for a resource as of the latest image, as stored.
  public Properties stored(ConfigResource resource) {
    return image.configs().configProperties(resource);
  }

  @Override
  public void onImage(MetadataDelta delta, MetadataImage newImage, LoaderManifest manifest) {
    image = newImage;
    if (delta.configsDelta() == null) {
      return;
    }
    ConfigResource cluster = DynamicSettings.cluster();
    ConfigResource broker = DynamicSettings.broker(node.nodeId());
    var changes = delta.configsDelta().changes();
    if (changes.containsKey(cluster) || changes.containsKey(broker)) {
      apply(
          DynamicSettings.usable(newImage.configs().configProperties(cluster), false),
          DynamicSettings.usable(newImage.configs().configProperties(broker), true));
    }
  }

  private void apply(Map<String, String> cluster, Map<String, String> broker) {
    EffectiveConfig before = current;
    EffectiveConfig now;
    try {
      now = before.with(cluster, broker);
    } catch (ConfigException e) {
      LOG.error("The cluster's broker settings do not go together; the former stay in force", e);
      return;
    }
    current = now;
    LOG.info(
        "Broker settings from the cluster: {} for all brokers, {} for this one",
        cluster.keySet(),
        broker.keySet());
    listeners.forEach(listener -> listener.onConfig(before, now));
  }

  /// Checks a change of broker settings before it is stored.
  ///
  /// @param proposed all settings of the resource after the change
  /// @param forThisBroker whether the resource is this broker, and not the cluster's default
  /// @throws ConfigException naming what is wrong
  public void validate(Map<String, String> proposed, boolean forThisBroker) {
    Map<String, String> resolved = DynamicSettings.validated(proposed, forThisBroker);
    EffectiveConfig base = current;
    EffectiveConfig result =
        forThisBroker
            ? base.with(base.clusterProperties(), resolved)
            : base.with(resolved, base.brokerProperties());
    Problems problems = new Problems();
    CrossChecks.run(result.values(), node.roles(), problems, new ArrayList<>());
    if (!problems.none()) {
      throw new ConfigException(problems.list().getFirst().describe());
    }
    try {
      result.sockets().requirePlaces();
    } catch (NumberFormatException e) {
      throw new ConfigException("A limit of connections is no number: " + e.getMessage());
    }
  }

  /// What is stored for a broker resource and may be in force.
  public Map<String, String> usableSettings(ConfigResource resource) {
    return DynamicSettings.usable(stored(resource), !resource.name().isEmpty());
  }

  /// All properties of a stored resource as an ordered map.
  static Map<String, String> asMap(Properties properties) {
    Map<String, String> map = new TreeMap<>();
    properties.forEach((key, value) -> map.put(key.toString(), value.toString()));
    return new LinkedHashMap<>(map);
  }
}
