package io.millrace.simulation.client;

import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import io.millrace.simulation.audit.InvariantBroken;
import io.millrace.simulation.audit.SettingsLedger;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;

/// An administrator who changes settings of running brokers, of one or of all, while others start
/// them again with other files. When it is stopped, it looks whether every broker shows what was
/// acknowledged, and works with it.
public final class SettingsClient implements SimulatedClient {

  private static final String NAME = "settings";
  private static final long PAUSE_NANOS = 500_000_000L;
  private static final long CHECK_NANOS = 20_000_000_000L;
  private static final byte BROKER = ConfigResource.Type.BROKER.id();

  /// A setting that may change while a broker runs, and changes nothing of what clients are
  /// promised.
  private record Choice(String name, List<String> values) {}

  private static final List<Choice> CHOICES =
      List.of(
          new Choice("log.roll.ms", List.of("1500", "6000", "604800000")),
          new Choice("log.segment.bytes", List.of("1048576", "16777216")),
          new Choice("log.index.interval.bytes", List.of("128", "4096")),
          new Choice("log.retention.ms", List.of("86400000", "172800000")),
          new Choice("message.max.bytes", List.of("1048588", "2097152")),
          new Choice("max.connections.per.ip", List.of("10000", "20000")),
          new Choice("unclean.leader.election.enable", List.of("false")));

  private final World world;
  private final EventLoop loop;
  private final RandomGenerator random;
  private final List<ClusterClient> brokers = new ArrayList<>();
  private final SettingsLedger ledger = new SettingsLedger();
  private long requests;
  private boolean stopped;
  private boolean checked;
  private String last = "nothing";

  /// @param bootstrap all brokers, numbered from 1: settings of a broker are its own matter
  public SettingsClient(World world, List<String> bootstrap) {
    this.world = world;
    this.loop = world.loops().getFirst();
    this.random = world.entropy().stream("what settings are changed");
    for (String address : bootstrap) {
      brokers.add(
          new ClusterClient(world, loop, NAME + "-" + (brokers.size() + 1), List.of(address)));
    }
  }

  @Override
  public void start() {
    later();
  }

  @Override
  public void stop() {
    stopped = true;
  }

  @Override
  public boolean isIdle() {
    return checked;
  }

  @Override
  public long requests() {
    return requests;
  }

  public long changes() {
    return ledger.changes();
  }

  @Override
  public String toString() {
    return NAME + ": " + (checked ? "content" : "busy") + ", last answer: " + last;
  }

  private void later() {
    loop.schedule(PAUSE_NANOS + random.nextLong(PAUSE_NANOS), this::next);
  }

  private void next() {
    if (stopped) {
      check(0, world.clock().nanos() + CHECK_NANOS);
      return;
    }
    int id = 1 + random.nextInt(brokers.size());
    String scope = random.nextBoolean() ? SettingsLedger.ALL : Integer.toString(id);
    Choice choice = CHOICES.get(random.nextInt(CHOICES.size()));
    int which = random.nextInt(choice.values().size() + 1);
    change(
        brokers.get(id - 1),
        scope,
        choice.name(),
        which == choice.values().size() ? SettingsLedger.NONE : choice.values().get(which));
  }

  private void change(ClusterClient broker, String scope, String name, String value) {
    ledger.setting(scope, name, value);
    requests++;
    broker.toAny(
        ApiKeys.INCREMENTAL_ALTER_CONFIGS,
        change(scope, name, value),
        answer -> {
          Errors error = answer == null ? null : AdminRequests.error(answer);
          last = error + " for " + name + "=" + value;
          if (error == Errors.NONE) {
            ledger.set(scope, name, value);
          } else if (error != null && !(error.exception() instanceof RetriableException)) {
            throw new InvariantBroken(
                "EveryRequestAnswered", broker.name() + " was refused: " + last + " " + answer);
          }
          later();
        });
  }

  private static IncrementalAlterConfigsRequestData change(
      String scope, String name, String value) {
    boolean gone = value.equals(SettingsLedger.NONE);
    IncrementalAlterConfigsRequestData.AlterConfigsResource resource =
        new IncrementalAlterConfigsRequestData.AlterConfigsResource()
            .setResourceType(BROKER)
            .setResourceName(scope);
    resource
        .configs()
        .add(
            new IncrementalAlterConfigsRequestData.AlterableConfig()
                .setName(name)
                .setConfigOperation(gone ? OpType.DELETE.id() : OpType.SET.id())
                .setValue(gone ? null : value));
    IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
    request.resources().add(resource);
    return request;
  }

  // The end.

  private void check(int index, long deadlineNanos) {
    if (index == brokers.size()) {
      checked = true;
      return;
    }
    ClusterClient broker = brokers.get(index);
    String id = Integer.toString(index + 1);
    requests++;
    broker.toAny(
        ApiKeys.DESCRIBE_CONFIGS,
        new DescribeConfigsRequestData()
            .setIncludeSynonyms(true)
            .setResources(
                List.of(
                    new DescribeConfigsRequestData.DescribeConfigsResource()
                        .setResourceType(BROKER)
                        .setResourceName(id)
                        .setConfigurationKeys(CHOICES.stream().map(Choice::name).toList()))),
        answer -> {
          String wrong =
              answer instanceof DescribeConfigsResponseData data
                      && data.results().getFirst().configs().size() == CHOICES.size()
                  ? ledger.difference(id, shown(data))
                  : "broker " + id + " does not answer in full";
          last = "check of broker " + id + ": " + wrong;
          if (wrong == null) {
            check(index + 1, deadlineNanos);
          } else if (world.clock().nanos() > deadlineNanos) {
            SettingsLedger.broken(wrong);
          } else {
            broker.later(() -> check(index, deadlineNanos));
          }
        });
  }

  private static List<SettingsLedger.Shown> shown(DescribeConfigsResponseData data) {
    return data.results().getFirst().configs().stream()
        .map(config ->
            new SettingsLedger.Shown(
                config.name(),
                level(config, ConfigSource.DYNAMIC_BROKER_CONFIG),
                level(config, ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG),
                config.value()))
        .toList();
  }

  private static String level(DescribeConfigsResourceResult config, ConfigSource source) {
    return config.synonyms().stream()
        .filter(one -> one.source() == source.id() && one.name().equals(config.name()))
        .map(one -> one.value() == null ? SettingsLedger.NONE : one.value())
        .findFirst()
        .orElse(SettingsLedger.NONE);
  }
}
