package io.millrace.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class PublishedClusterTest {

  private final TestCluster cluster = new TestCluster().withBroker(1, false);
  private final List<String> ran = new ArrayList<>();

  @Test
  void stepsWaitForTheImageThatShowsTheirOffset() {
    long now = cluster.view.image().highestOffsetAndEpoch().offset();
    cluster.view.whenPublished(now, () -> ran.add("now"));
    cluster.view.whenPublished(now + 2, () -> ran.add("two later"));
    cluster.view.whenPublished(now + 1, () -> ran.add("one later"));
    assertThat(ran).containsExactly("now");

    cluster.withTopic("a", new Uuid(1, 1), 1);
    assertThat(ran).containsExactly("now", "one later");

    cluster.withTopic("b", new Uuid(1, 2), 1);
    assertThat(ran).containsExactly("now", "one later", "two later");
  }

  @Test
  void anImageThatSkipsAheadRunsAllThatWaited() {
    cluster.view.whenPublished(-1, () -> ran.add("past"));
    cluster.view.whenPublished(
        cluster.view.image().highestOffsetAndEpoch().offset() + 1, () -> ran.add("next"));
    cluster.view.whenPublished(
        cluster.view.image().highestOffsetAndEpoch().offset() + 1, () -> ran.add("next too"));

    cluster.withTopic("a", new Uuid(1, 1), 1);

    assertThat(ran).containsExactly("past", "next", "next too");
  }
}
