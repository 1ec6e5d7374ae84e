package io.millrace.server;

import io.millrace.metadata.ImageListener;
import io.millrace.runtime.World;
import io.millrace.server.config.ConfigView;
import io.millrace.server.config.EffectiveConfig;
import io.millrace.server.config.Listener;
import io.millrace.server.config.NodeConfig;
import io.millrace.server.config.SocketLimits;
import io.millrace.server.request.ConnectionLimits;
import io.millrace.server.request.ConnectionLimits.OfListener;
import io.millrace.server.request.Request.ListenerRole;
import io.millrace.server.request.RequestPath;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.image.ClientQuotasImage;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.server.config.QuotaConfig;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the limits of the request path's gates as the configuration and the cluster's quotas for
/// IP addresses have them. A monitor: told of changes on the `metadata` loop, and on a worker of
/// the addresses that host names stand for, which are asked for once.
final class ConnectionLimitsFollower implements ConfigView.Listener, ImageListener {

  private static final Logger LOG = LoggerFactory.getLogger(ConnectionLimitsFollower.class);

  private final World world;
  private final NodeConfig node;
  private final RequestPath path;
  private final Map<String, Optional<InetAddress>> addresses = new LinkedHashMap<>();
  private final Map<InetAddress, Integer> rateByAddress = new LinkedHashMap<>();
  private int ratePerAddress = ConnectionLimits.NONE;
  private SocketLimits sockets;

  ConnectionLimitsFollower(World world, NodeConfig node, RequestPath path) {
    this.world = world;
    this.node = node;
    this.path = path;
    this.sockets = node.sockets();
    synchronized (this) {
      publish();
    }
  }

  @Override
  public synchronized void onConfig(EffectiveConfig before, EffectiveConfig now) {
    sockets = now.sockets();
    publish();
  }

  @Override
  public synchronized void onImage(
      MetadataDelta delta, MetadataImage image, LoaderManifest manifest) {
    if (delta.clientQuotasDelta() != null) {
      follow(image.clientQuotas());
      publish();
    }
  }

  private void follow(ClientQuotasImage quotas) {
    ratePerAddress = ConnectionLimits.NONE;
    rateByAddress.clear();
    quotas
        .entities()
        .forEach((entity, quota) -> {
          @Nullable Double rate =
              quota.quotas().get(QuotaConfig.IP_CONNECTION_RATE_OVERRIDE_CONFIG);
          if (rate == null || !entity.entries().containsKey(ClientQuotaEntity.IP)) {
            return;
          }
          @Nullable String address = entity.entries().get(ClientQuotaEntity.IP);
          if (address == null) {
            ratePerAddress = rate.intValue();
          } else {
            resolved(address).ifPresent(ip -> rateByAddress.put(ip, rate.intValue()));
          }
        });
  }

  private void publish() {
    Map<InetAddress, Integer> maxByAddress = new LinkedHashMap<>();
    sockets
        .maxConnectionsPerIpOverrides()
        .forEach((host, max) -> resolved(host).ifPresent(ip -> maxByAddress.put(ip, max)));
    for (ListenerRole role : ListenerRole.values()) {
      path.gate(role).update(limits(role, maxByAddress));
      path.shed(role);
    }
  }

  private ConnectionLimits limits(ListenerRole role, Map<InetAddress, Integer> maxByAddress) {
    Map<ListenerName, OfListener> byListener = new LinkedHashMap<>();
    for (Listener listener : node.listeners().withRole(role)) {
      String prefix = listener.name().value().toLowerCase(Locale.ROOT);
      byListener.put(
          listener.name(),
          new OfListener(
              sockets.maxConnectionsPerListener().getOrDefault(prefix, sockets.maxConnections()),
              sockets
                  .creationRatePerListener()
                  .getOrDefault(prefix, sockets.maxConnectionCreationRate())));
    }
    ListenerName interBroker = node.listeners().interBroker();
    return new ConnectionLimits(
        sockets.maxConnections(),
        sockets.maxConnectionCreationRate(),
        byListener,
        sockets.maxConnectionsPerIp(),
        maxByAddress,
        ratePerAddress,
        rateByAddress,
        byListener.size() > 1 && byListener.containsKey(interBroker) ? interBroker : null);
  }

  /// The address that stands for `host`; empty while the system's resolver is being asked, and
  /// where it knows none.
  private Optional<InetAddress> resolved(String host) {
    Optional<InetAddress> known = addresses.get(host);
    if (known != null) {
      return known;
    }
    try {
      known = Optional.of(InetAddress.ofLiteral(host));
    } catch (IllegalArgumentException _) {
      known = Optional.empty();
      world.workers().execute(() -> resolve(host));
    }
    addresses.put(host, known);
    return known;
  }

  private void resolve(String host) {
    try {
      InetAddress address = InetAddress.getByName(host);
      synchronized (this) {
        addresses.put(host, Optional.of(address));
        publish();
      }
    } catch (UnknownHostException e) {
      LOG.warn("A limit of connections is for the host {}, which is not known here", host, e);
    }
  }
}
