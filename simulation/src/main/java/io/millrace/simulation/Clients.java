package io.millrace.simulation;

import io.millrace.runtime.World;
import io.millrace.simulation.audit.Ledger;
import io.millrace.simulation.audit.Timeline;
import io.millrace.simulation.client.ProducerClient;
import io.millrace.simulation.client.ProducerSettings;
import io.millrace.simulation.client.ReaderClient;
import io.millrace.simulation.client.SimulatedClient;
import io.millrace.simulation.client.TopicSetUp;
import io.millrace.simulation.scenario.Scenario;
import io.millrace.simulation.scenario.Workload;
import java.util.ArrayList;
import java.util.List;

/// The clients of a run, all on one machine.
final class Clients {

  private static final String TOPIC = "orders";
  private static final int PARTITIONS = 4;

  private final World world;
  private final List<String> bootstrap;
  private final Ledger ledger;
  private final TopicSetUp topic;
  private final List<SimulatedClient> clients = new ArrayList<>();

  Clients(
      World world, List<String> bootstrap, Scenario scenario, Ledger ledger, Timeline timeline) {
    this.world = world;
    this.bootstrap = bootstrap;
    this.ledger = ledger;
    this.topic = new TopicSetUp(world, bootstrap, TOPIC, PARTITIONS, scenario.replicas());
    for (Workload workload : scenario.workloads()) {
      add(workload, timeline);
    }
  }

  private void add(Workload workload, Timeline timeline) {
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
      case CLASSIC_GROUP, CONSUMER_GROUP, ADMIN ->
          timeline.tell("run", workload + " is not there yet");
    }
  }

  private void producer(String name, ProducerSettings settings) {
    clients.add(new ProducerClient(world, bootstrap, name, TOPIC, settings, ledger));
  }

  private ReaderClient reader(String name) {
    return new ReaderClient(world, bootstrap, name, TOPIC, ledger, () -> false);
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
  }

  void stop() {
    clients.forEach(SimulatedClient::stop);
  }

  boolean areIdle() {
    return clients.stream().allMatch(SimulatedClient::isIdle);
  }

  long requests() {
    return clients.stream().mapToLong(SimulatedClient::requests).sum();
  }

  /// Judges what each client can only judge at the end.
  void check() {}

  @Override
  public String toString() {
    return clients.toString();
  }
}
