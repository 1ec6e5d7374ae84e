package io.millrace.server.config;

import io.millrace.server.request.Request.ListenerRole;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.Endpoint;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.network.SocketServerConfigs;
import org.apache.kafka.raft.KRaftConfigs;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.server.config.AbstractKafkaConfig;
import org.apache.kafka.server.config.ReplicationConfigs;
import org.jspecify.annotations.Nullable;

/// Reads the listener properties, with Kafka's rules (`KafkaConfig.validateValues`), and says what
/// is wrong with them.
final class ListenerParser {

  private static final String LISTENERS = SocketServerConfigs.LISTENERS_CONFIG;
  private static final String ADVERTISED = SocketServerConfigs.ADVERTISED_LISTENERS_CONFIG;
  private static final String CONTROLLER_NAMES = KRaftConfigs.CONTROLLER_LISTENER_NAMES_CONFIG;
  private static final String PROTOCOL_MAP =
      SocketServerConfigs.LISTENER_SECURITY_PROTOCOL_MAP_CONFIG;
  private static final String WILDCARD = "0.0.0.0";

  private final KafkaValues values;
  private final Roles roles;
  private final Problems problems;

  ListenerParser(KafkaValues values, Roles roles, Problems problems) {
    this.values = values;
    this.roles = roles;
    this.problems = problems;
  }

  /// Null where problems were added.
  @Nullable Listeners parse() {
    Map<ListenerName, SecurityProtocol> protocols;
    List<Endpoint> endpoints;
    @Nullable List<Endpoint> advertised;
    String key = PROTOCOL_MAP;
    try {
      protocols = values.effectiveListenerSecurityProtocolMap();
      key = LISTENERS;
      endpoints = AbstractKafkaConfig.listenerListToEndPoints(values.getList(LISTENERS), protocols);
      key = ADVERTISED;
      @Nullable List<String> configured = values.getList(ADVERTISED);
      advertised =
          configured == null
              ? null
              : AbstractKafkaConfig.listenerListToEndPoints(configured, protocols, false);
    } catch (RuntimeException e) {
      problems.add(
          key,
          values.originals().get(key),
          String.valueOf(e.getMessage()),
          "Write entries as NAME://host:port, each name once and known to " + PROTOCOL_MAP);
      return null;
    }
    Set<ListenerName> controllerNames = new LinkedHashSet<>();
    values
        .controllerListenerNames()
        .forEach(name -> controllerNames.add(ListenerName.normalised(name)));

    List<Listener> all = new ArrayList<>();
    for (Endpoint endpoint : endpoints) {
      ListenerName name = ListenerName.normalised(endpoint.listener());
      problems.require(
          endpoint.securityProtocol() == SecurityProtocol.PLAINTEXT,
          LISTENERS,
          values.getList(LISTENERS),
          "the listener "
              + name.value()
              + " asks for "
              + endpoint.securityProtocol()
              + ", which is not there yet, and serving it without would expose your data",
          "Use PLAINTEXT listeners in a network that you trust, or wait for a version with TLS and"
              + " SASL");
      all.add(
          new Listener(
              name,
              endpoint.securityProtocol(),
              endpoint.host() == null ? "" : endpoint.host(),
              endpoint.port(),
              controllerNames.contains(name) ? ListenerRole.CONTROLLER : ListenerRole.BROKER));
    }
    ListenerName interBroker = interBroker();
    List<Endpoint> advertisedBroker =
        (advertised != null ? advertised : endpoints)
            .stream().filter(endpoint -> !controllerNames.contains(nameOf(endpoint))).toList();
    List<Endpoint> advertisedController =
        advertisedController(controllerNames, endpoints, advertised);
    Listeners listeners =
        new Listeners(
            all, interBroker, List.copyOf(controllerNames), advertisedBroker, advertisedController);
    checkRoles(listeners);
    checkAdvertised(listeners);
    return problems.none() ? listeners : null;
  }

  private ListenerName interBroker() {
    try {
      return values.interBrokerListenerName();
    } catch (RuntimeException e) {
      problems.add(
          ReplicationConfigs.INTER_BROKER_LISTENER_NAME_CONFIG,
          values.getString(ReplicationConfigs.INTER_BROKER_LISTENER_NAME_CONFIG),
          String.valueOf(e.getMessage()),
          "Name a listener of " + PROTOCOL_MAP + " and leave security.inter.broker.protocol unset");
      return ListenerName.forSecurityProtocol(SecurityProtocol.PLAINTEXT);
    }
  }

  /// For each controller listener what is advertised, what is listened on, or (where that is a
  /// wildcard) what the voters' list says of this node.
  private List<Endpoint> advertisedController(
      Set<ListenerName> controllerNames,
      List<Endpoint> endpoints,
      @Nullable List<Endpoint> advertised) {
    List<Endpoint> result = new ArrayList<>();
    boolean first = true;
    for (ListenerName name : controllerNames) {
      @Nullable Endpoint found = advertised == null ? null : find(advertised, name);
      if (found == null) {
        found = find(endpoints, name);
        if (found != null && (found.host() == null || found.host().equals(WILDCARD))) {
          found = withoutWildcard(found, first);
        }
      }
      if (found != null) {
        result.add(found);
      }
      first = false;
    }
    return result;
  }

  private Endpoint withoutWildcard(Endpoint endpoint, boolean isDefault) {
    var voter =
        isDefault
            ? QuorumConfig.parseVoterConnections(values.getList(QuorumConfig.QUORUM_VOTERS_CONFIG))
                .get(values.nodeId())
            : null;
    return new Endpoint(
        endpoint.listener(),
        endpoint.securityProtocol(),
        voter == null ? null : voter.getHostString(),
        voter == null ? endpoint.port() : voter.getPort());
  }

  private void checkRoles(Listeners listeners) {
    Set<ListenerName> names =
        listeners.all().stream()
            .map(Listener::name)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    String controllerNames = String.join(",", values.controllerListenerNames());
    if (roles.controller()) {
      problems.require(
          names.containsAll(listeners.controllerNames()),
          CONTROLLER_NAMES,
          controllerNames,
          "every name must appear in " + LISTENERS + " on a node with the role controller",
          "Add a listener such as CONTROLLER://localhost:9093 and name it here");
    } else {
      problems.require(
          listeners.withRole(ListenerRole.CONTROLLER).isEmpty(),
          CONTROLLER_NAMES,
          controllerNames,
          "must name no listener of " + LISTENERS + " on a node with the role broker alone",
          "Remove the controllers' listener from " + LISTENERS);
    }
    if (!roles.broker()) {
      problems.require(
          listeners.withRole(ListenerRole.BROKER).isEmpty(),
          LISTENERS,
          values.getList(LISTENERS),
          "must hold only the listeners of " + CONTROLLER_NAMES + " where there is no broker",
          "Remove the others, or add the role broker");
      return;
    }
    Set<ListenerName> advertised = new HashSet<>();
    listeners.advertisedBroker().forEach(endpoint -> advertised.add(nameOf(endpoint)));
    problems.require(
        !advertised.isEmpty(),
        LISTENERS,
        values.getList(LISTENERS),
        "there must be a listener for clients; all of these are in " + CONTROLLER_NAMES,
        "Add one such as PLAINTEXT://localhost:9092");
    problems.require(
        names.containsAll(advertised),
        ADVERTISED,
        values.getList(ADVERTISED),
        "may only name listeners of " + LISTENERS,
        "Use the names " + names.stream().map(ListenerName::value).toList());
    problems.require(
        advertised.isEmpty() || advertised.contains(listeners.interBroker()),
        ReplicationConfigs.INTER_BROKER_LISTENER_NAME_CONFIG,
        listeners.interBroker().value(),
        "brokers must reach each other by an advertised listener",
        "Use one of " + advertised.stream().map(ListenerName::value).sorted().toList());
  }

  private void checkAdvertised(Listeners listeners) {
    List<Endpoint> all = new ArrayList<>(listeners.advertisedBroker());
    all.addAll(listeners.advertisedController());
    for (Endpoint endpoint : all) {
      problems.require(
          !WILDCARD.equals(endpoint.host()),
          ADVERTISED,
          endpoint.listener() + "://" + WILDCARD + ":" + endpoint.port(),
          "nobody can connect to " + WILDCARD,
          "Set " + ADVERTISED + " to an address that clients reach this node by");
    }
  }

  private static ListenerName nameOf(Endpoint endpoint) {
    return ListenerName.normalised(endpoint.listener());
  }

  private static @Nullable Endpoint find(List<Endpoint> endpoints, ListenerName name) {
    for (Endpoint endpoint : endpoints) {
      if (nameOf(endpoint).equals(name)) {
        return endpoint;
      }
    }
    return null;
  }
}
