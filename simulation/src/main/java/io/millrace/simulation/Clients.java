package io.millrace.simulation;

import io.millrace.runtime.World;
import io.millrace.simulation.audit.Ledger;
import io.millrace.simulation.client.AdminClient;
import io.millrace.simulation.client.ConsumerGroup;
import io.millrace.simulation.client.ProducerClient;
import io.millrace.simulation.client.ProducerSettings;
import io.millrace.simulation.client.ReaderClient;
import io.millrace.simulation.client.RecordDeleter;
import io.millrace.simulation.client.SettingsClient;
import io.millrace.simulation.client.SimulatedClient;
import io.millrace.simulation.client.TopicSetUp;
import io.millrace.simulation.scenario.Scenario;
import io.millrace.simulation.scenario.Workload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.IsolationLevel;

/// The clients of a run, all on one machine.
final class Clients {

  private static final String TOPIC = "orders";
  private static final int PARTITIONS = 4;

  private final World world;
  private final List<String> bootstrap;
  private final Ledger ledger;
  private final BooleanSupplier mayBeRotten;
  private final TopicSetUp topic;
  private final List<SimulatedClient> clients = new ArrayList<>();
  private final List<ProducerClient> producers = new ArrayList<>();
  private final List<AdminClient> admins = new ArrayList<>();
  private final List<SettingsClient> setters = new ArrayList<>();
  private final List<RecordDeleter> deleters = new ArrayList<>();
  private final List<ConsumerGroup> groups = new ArrayList<>();

  /// @param mayBeRotten whether readers may be sent what has a wrong checksum
  Clients(
      World world,
      List<String> bootstrap,
      Scenario scenario,
      Ledger ledger,
      BooleanSupplier mayBeRotten) {
    this.mayBeRotten = mayBeRotten;
    this.world = world;
    this.bootstrap = bootstrap;
    this.ledger = ledger;
    this.topic = new TopicSetUp(world, bootstrap, TOPIC, PARTITIONS, scenario.replicas());
    for (Workload workload : scenario.workloads()) {
      add(workload, scenario);
    }
  }

  private void add(Workload workload, Scenario scenario) {
    switch (workload) {
      case IDEMPOTENT -> {
        producer("once-a", ProducerSettings.exactlyOnce());
        producer("once-b", ProducerSettings.exactlyOnce());
      }
      case AT_LEAST_ONCE -> producer("repeating", ProducerSettings.repeating());
      case UNSAFE -> {
        producer("leader-only", ProducerSettings.leaderOnly());
        producer("unanswered", ProducerSettings.unanswered());
      }
      case READER -> clients.add(reader("reader"));
      case CLASSIC_GROUP -> group("classic", ConsumerGroup.Protocol.CLASSIC);
      case CONSUMER_GROUP -> group("consumer", ConsumerGroup.Protocol.CONSUMER);
      case ADMIN -> {
        AdminClient admin =
            new AdminClient(world, bootstrap, TOPIC, scenario.nodes(), scenario.replicas());
        admins.add(admin);
        clients.add(admin);
        SettingsClient settings = new SettingsClient(world, bootstrap);
        setters.add(settings);
        clients.add(settings);
      }
      case DELETE_RECORDS -> {
        RecordDeleter deleter = new RecordDeleter(world, bootstrap, TOPIC, ledger);
        deleters.add(deleter);
        clients.add(deleter);
      }
    }
  }

  private void producer(String name, ProducerSettings settings) {
    ProducerClient producer = new ProducerClient(world, bootstrap, name, TOPIC, settings, ledger);
    producers.add(producer);
    clients.add(producer);
  }

  private void group(String name, ConsumerGroup.Protocol protocol) {
    groups.add(
        new ConsumerGroup(
            world, bootstrap, name, protocol, TOPIC, ledger, mayBeRotten, isolation(name)));
  }

  private ReaderClient reader(String name) {
    return new ReaderClient(world, bootstrap, name, TOPIC, ledger, mayBeRotten, isolation(name));
  }

  /// Half of the readers and groups read committed transactions only; the auditor reads all.
  private IsolationLevel isolation(String name) {
    return name.equals(Ledger.AUDITOR) || world.entropy().stream("isolation " + name).nextBoolean()
        ? IsolationLevel.READ_UNCOMMITTED
        : IsolationLevel.READ_COMMITTED;
  }

  ReaderClient auditor() {
    return reader(Ledger.AUDITOR);
  }

  void setUp() {
    topic.start();
  }

  boolean isSetUp() {
    return topic.isDone();
  }

  void start() {
    clients.forEach(SimulatedClient::start);
    groups.forEach(SimulatedClient::start);
  }

  void stop() {
    clients.forEach(SimulatedClient::stop);
  }

  /// Whether nothing is left to do. Groups are stopped once all that they shall read is there.
  boolean areIdle() {
    if (!clients.stream().allMatch(SimulatedClient::isIdle)) {
      return false;
    }
    groups.forEach(SimulatedClient::stop);
    return groups.stream().allMatch(SimulatedClient::isIdle);
  }

  long requests() {
    return clients.stream().mapToLong(SimulatedClient::requests).sum()
        + groups.stream().mapToLong(SimulatedClient::requests).sum();
  }

  long produceRequests() {
    return producers.stream().mapToLong(SimulatedClient::requests).sum();
  }

  long fetchRequests() {
    return requests()
        - produceRequests()
        - admins.stream().mapToLong(SimulatedClient::requests).sum()
        - setters.stream().mapToLong(SimulatedClient::requests).sum()
        - deleters.stream().mapToLong(SimulatedClient::requests).sum();
  }

  /// What else was reached, by name.
  Map<String, Long> figures() {
    Map<String, Long> figures = new LinkedHashMap<>();
    figures.put("changes", admins.stream().mapToLong(AdminClient::changes).sum());
    figures.put("settings", setters.stream().mapToLong(SettingsClient::changes).sum());
    figures.put("deletions", ledger.deletions().acknowledged());
    figures.put("commits", groups.stream().mapToLong(ConsumerGroup::commits).sum());
    figures.put("generations", groups.stream().mapToLong(ConsumerGroup::generations).sum());
    return figures;
  }

  boolean groupsAreThrough() {
    return groups.stream().allMatch(ConsumerGroup::isThrough);
  }

  /// Judges what can only be judged when the auditor has read everything.
  void check() {
    groups.forEach(ConsumerGroup::check);
  }

  @Override
  public String toString() {
    return clients + " " + groups;
  }
}
