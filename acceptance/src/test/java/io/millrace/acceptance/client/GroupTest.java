package io.millrace.acceptance.client;

import static io.millrace.acceptance.harness.Clients.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.acceptance.harness.Await;
import io.millrace.acceptance.harness.Broker;
import io.millrace.acceptance.harness.Clients;
import io.millrace.acceptance.harness.Suite;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.GroupProtocol;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.GroupSubscribedToTopicException;
import org.apache.kafka.common.errors.UnreleasedInstanceIdException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Consumer groups of both protocols: sharing, rebalances, static membership, commits, and what the
/// admin client can do to a group.
class GroupTest {
  @RegisterExtension
  static final Broker broker =
      Broker.judged()
          .with("group.min.session.timeout.ms", "1000")
          .with("group.consumer.min.session.timeout.ms", "1000")
          .with("group.consumer.session.timeout.ms", "2000");

  @ParameterizedTest
  @EnumSource
  void oneMemberReadsAllAndItsSuccessorGoesOnWhereItCommitted(GroupProtocol protocol) {
    String topic = filled(3, 100);
    String group = Suite.unique("successor");
    try (Member first = member(protocol, group, topic)) {
      Member.readUntil(100, first);
      first.consumer().commitSync();
    }
    produce(topic, 3, 30);
    try (Member second = member(protocol, group, topic)) {
      Member.readUntil(30, second);
      assertThat(second.read()).hasSize(30);
    }
  }

  @ParameterizedTest
  @EnumSource
  void membersShareThePartitionsAsTheyComeAndGo(GroupProtocol protocol) {
    String topic = filled(6, 60);
    String group = Suite.unique("sharing");
    try (Member first = member(protocol, group, topic)) {
      Member.settle(6, first);
      try (Member second = member(protocol, group, topic)) {
        Member.settle(6, first, second);
        try (Member third = member(protocol, group, topic)) {
          Member.settle(6, first, second, third);
          ConsumerGroupDescription described = describe(group);
          assertThat(described.groupState()).isEqualTo(GroupState.STABLE);
          assertThat(described.members()).hasSize(3);
          assertThat(described.type()).isEqualTo(type(protocol));
          assertThat(described.members())
              .allSatisfy(member -> assertThat(member.assignment().topicPartitions()).hasSize(2));
        }
        Member.settle(6, first, second);
      }
      Member.settle(6, first);
    }
    assertThat(describe(group).groupState()).isEqualTo(GroupState.EMPTY);
  }

  @ParameterizedTest
  @ValueSource(classes = {RangeAssignor.class, CooperativeStickyAssignor.class})
  void classicMembersShareWithEachAssignor(Class<?> assignor) {
    String topic = filled(6, 60);
    String group = Suite.unique("assignor");
    Object[] configs = {
      "group.id",
      group,
      "partition.assignment.strategy",
      assignor.getName(),
      "group.protocol",
      "classic"
    };
    try (Member first = Member.subscribed(broker.clients().consumer(configs), topic);
        Member second = Member.subscribed(broker.clients().consumer(configs), topic)) {
      Member.settle(6, first, second);
      assertThat(describe(group).partitionAssignor())
          .isEqualTo(assignor == RangeAssignor.class ? "range" : "cooperative-sticky");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"uniform", "range"})
  void membersShareWithEachAssignorOfTheBroker(String assignor) {
    String topic = filled(6, 60);
    String group = Suite.unique("remote-assignor");
    Object[] configs = {
      "group.id", group, "group.remote.assignor", assignor, "group.protocol", "consumer"
    };
    try (Member first = Member.subscribed(broker.clients().consumer(configs), topic);
        Member second = Member.subscribed(broker.clients().consumer(configs), topic)) {
      Member.settle(6, first, second);
      assertThat(describe(group).partitionAssignor()).isEqualTo(assignor);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aMemberThatVanishedIsReplacedAfterItsSession(GroupProtocol protocol) {
    String topic = filled(4, 40);
    String group = Suite.unique("vanished");
    Object[] configs =
        protocol == GroupProtocol.CLASSIC
            ? new Object[] {"session.timeout.ms", 2_000}
            : new Object[0];
    try (Member stays = member(protocol, group, topic, configs)) {
      Member vanishes = member(protocol, group, topic, configs);
      Member.settle(4, stays, vanishes);
      vanishes
          .consumer()
          .close(
              CloseOptions.groupMembershipOperation(
                  CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP));
      Member.settle(4, stays);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aStaticMemberComesBackToItsPartitionsWithoutARebalance(GroupProtocol protocol) {
    String topic = filled(4, 40);
    String group = Suite.unique("static");
    Object[] configs =
        protocol == GroupProtocol.CLASSIC
            ? new Object[] {"session.timeout.ms", 30_000}
            : new Object[0];
    try (Member other = member(protocol, group, topic, with(configs, "group.instance.id", "b"))) {
      Set<TopicPartition> before;
      int changes;
      try (Member leaver =
          member(protocol, group, topic, with(configs, "group.instance.id", "a"))) {
        Member.settle(4, other, leaver);
        before = Set.copyOf(leaver.assignment());
        changes = other.changes();
      }
      try (Member back = member(protocol, group, topic, with(configs, "group.instance.id", "a"))) {
        Member.settle(4, other, back);
        assertThat(back.assignment()).isEqualTo(before);
        assertThat(other.changes()).isEqualTo(changes);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void twoMembersCannotBothBeOneInstance(GroupProtocol protocol) {
    String topic = filled(2, 10);
    String group = Suite.unique("instance");
    try (Member first = member(protocol, group, topic, "group.instance.id", "a")) {
      Member.settle(2, first);
      try (Member second = member(protocol, group, topic, "group.instance.id", "a")) {
        // A classic newcomer takes over and fences the old member; KIP-848 refuses the newcomer.
        boolean takesOver = protocol == GroupProtocol.CLASSIC;
        if (takesOver) {
          Member.settle(2, second);
        }
        assertThat(refusal(takesOver ? first : second))
            .isInstanceOf(
                takesOver ? FencedInstanceIdException.class : UnreleasedInstanceIdException.class);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPatternFindsTopicsThatExistAndThatCome(GroupProtocol protocol) {
    String prefix = Suite.unique("pattern");
    create(prefix + ".one", 2);
    create("not." + prefix, 2);
    Consumer<String, String> consumer =
        broker
            .clients()
            .consumer(
                "group.id",
                Suite.unique("pattern"),
                "group.protocol",
                name(protocol),
                "metadata.max.age.ms",
                300);
    try (consumer) {
      consumer.subscribe(Pattern.compile(Pattern.quote(prefix) + "\\..*"));
      awaitAssigned(consumer, prefix + ".one");
      create(prefix + ".two", 2);
      awaitAssigned(consumer, prefix + ".one", prefix + ".two");
    }
  }

  @Test
  void aPatternIsResolvedByTheBroker() {
    String prefix = Suite.unique("re2j");
    create(prefix + ".one", 2);
    create(prefix + ".two", 2);
    create("not." + prefix, 2);
    try (Consumer<String, String> consumer =
        broker.clients().consumer("group.id", Suite.unique("re2j"), "group.protocol", "consumer")) {
      consumer.subscribe(new SubscriptionPattern(Pattern.quote(prefix) + "\\..*"));
      awaitAssigned(consumer, prefix + ".one", prefix + ".two");
    }
  }

  @ParameterizedTest
  @EnumSource
  void newPartitionsAreAssigned(GroupProtocol protocol) {
    String topic = filled(2, 10);
    try (Member member =
        member(protocol, Suite.unique("growing"), topic, "metadata.max.age.ms", 300)) {
      Member.settle(2, member);
      get(
          broker
              .clients()
              .admin()
              .createPartitions(Map.of(topic, NewPartitions.increaseTo(5)))
              .all());
      Member.settle(5, member);
    }
  }

  @Test
  void aClassicGroupMovesToTheNewProtocolMemberByMember() {
    String topic = filled(4, 40);
    String group = Suite.unique("moving");
    try (Member old = member(GroupProtocol.CLASSIC, group, topic)) {
      Member.settle(4, old);
      assertThat(describe(group).type()).isEqualTo(GroupType.CLASSIC);
      try (Member modern = member(GroupProtocol.CONSUMER, group, topic)) {
        Member.settle(4, old, modern);
        assertThat(describe(group).type()).isEqualTo(GroupType.CONSUMER);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void groupsAreListedByTypeAndState(GroupProtocol protocol) {
    String topic = filled(1, 1);
    String group = Suite.unique("listed");
    try (Member member = member(protocol, group, topic)) {
      Member.settle(1, member);
      assertThat(
              listed(
                  ListGroupsOptions.forConsumerGroups().inGroupStates(Set.of(GroupState.STABLE))))
          .contains(group);
      assertThat(
              listed(ListGroupsOptions.forConsumerGroups().inGroupStates(Set.of(GroupState.EMPTY))))
          .doesNotContain(group);
      assertThat(listed(new ListGroupsOptions().withTypes(Set.of(type(protocol))))).contains(group);
      GroupType other = protocol == GroupProtocol.CLASSIC ? GroupType.CONSUMER : GroupType.CLASSIC;
      assertThat(listed(new ListGroupsOptions().withTypes(Set.of(other)))).doesNotContain(group);
    }
  }

  @ParameterizedTest
  @EnumSource
  void offsetsOfAnEmptyGroupAreAlteredAndDeleted(GroupProtocol protocol) {
    String topic = filled(2, 20);
    TopicPartition zero = new TopicPartition(topic, 0);
    TopicPartition one = new TopicPartition(topic, 1);
    String group = Suite.unique("altered");
    try (Member member = member(protocol, group, topic)) {
      Member.readUntil(20, member);
      member.consumer().commitSync();

      assertThatThrownBy(
              () -> get(broker.clients().admin().deleteConsumerGroups(List.of(group)).all()))
          .isInstanceOf(GroupNotEmptyException.class);
      assertThatThrownBy(() ->
              get(
                  broker
                      .clients()
                      .admin()
                      .deleteConsumerGroupOffsets(group, Set.of(zero))
                      .partitionResult(zero)))
          .isInstanceOf(GroupSubscribedToTopicException.class);
    }
    get(
        broker
            .clients()
            .admin()
            .alterConsumerGroupOffsets(group, Map.of(zero, new OffsetAndMetadata(3, "moved")))
            .all());
    assertThat(committed(group)).containsEntry(zero, new OffsetAndMetadata(3, "moved"));
    get(broker.clients().admin().deleteConsumerGroupOffsets(group, Set.of(one)).all());
    assertThat(committed(group)).containsOnlyKeys(zero);
    get(broker.clients().admin().deleteConsumerGroups(List.of(group)).all());
    assertThat(listed(new ListGroupsOptions())).doesNotContain(group);
    assertThatThrownBy(
            () -> get(broker.clients().admin().deleteConsumerGroups(List.of(group)).all()))
        .isInstanceOf(GroupIdNotFoundException.class);
  }

  @Test
  void commitsOfADeletedTopicGoWithIt() {
    String topic = filled(1, 5);
    String group = Suite.unique("gone");
    try (Member member = member(GroupProtocol.CLASSIC, group, topic)) {
      Member.readUntil(5, member);
      member.consumer().commitSync();
    }
    get(broker.clients().admin().deleteTopics(List.of(topic)).all());
    Await.until("the commits are gone", () -> committed(group), Map::isEmpty);
  }

  private static RuntimeException refusal(Member member) {
    return Await.until(
            "a poll fails",
            () -> {
              try {
                member.poll();
                return Optional.<RuntimeException>empty();
              } catch (RuntimeException e) {
                return Optional.of(e);
              }
            },
            Optional::isPresent)
        .orElseThrow();
  }

  private static void awaitAssigned(Consumer<String, String> consumer, String... topics) {
    Await.until(
        "assigned " + List.of(topics),
        () -> {
          consumer.poll(Duration.ofMillis(50));
          return consumer.assignment();
        },
        assignment ->
            assignment.size() == 2 * topics.length
                && assignment.stream().allMatch(one -> List.of(topics).contains(one.topic())));
  }

  private static Member member(
      GroupProtocol protocol, String group, String topic, Object... configs) {
    Object[] all = with(configs, "group.id", group, "group.protocol", name(protocol));
    if (protocol == GroupProtocol.CLASSIC) {
      all = with(all, "heartbeat.interval.ms", 300);
    }
    return Member.subscribed(broker.clients().consumer(all), topic);
  }

  private static Object[] with(Object[] configs, Object... more) {
    List<Object> all = new ArrayList<>(List.of(configs));
    all.addAll(List.of(more));
    return all.toArray();
  }

  private static String name(GroupProtocol protocol) {
    return protocol.name().toLowerCase(Locale.ROOT);
  }

  private static GroupType type(GroupProtocol protocol) {
    return protocol == GroupProtocol.CLASSIC ? GroupType.CLASSIC : GroupType.CONSUMER;
  }

  private static void create(String topic, int partitions) {
    get(
        broker
            .clients()
            .admin()
            .createTopics(List.of(new NewTopic(topic, partitions, (short) 1)))
            .all());
  }

  private static String filled(int partitions, int records) {
    String topic = broker.clients().topic("group", partitions);
    produce(topic, partitions, records);
    return topic;
  }

  private static void produce(String topic, int partitions, int records) {
    try (Producer<String, String> producer = broker.clients().producer()) {
      List<? extends Future<?>> sent =
          IntStream.range(0, records)
              .mapToObj(
                  i -> producer.send(new ProducerRecord<>(topic, i % partitions, "k", "v" + i)))
              .toList();
      sent.forEach(Clients::get);
    }
  }

  private static ConsumerGroupDescription describe(String group) {
    return get(broker.clients().admin().describeConsumerGroups(List.of(group)).all())
        .values()
        .iterator()
        .next();
  }

  private static List<String> listed(ListGroupsOptions options) {
    Collection<GroupListing> groups = get(broker.clients().admin().listGroups(options).all());
    return groups.stream().map(GroupListing::groupId).toList();
  }

  private static Map<TopicPartition, OffsetAndMetadata> committed(String group) {
    return get(
        broker.clients().admin().listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
  }
}
