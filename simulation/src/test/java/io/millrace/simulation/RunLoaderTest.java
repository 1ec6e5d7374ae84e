package io.millrace.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Many seeds may share a loader: what ran before a seed leaves no mark on it.
class RunLoaderTest {

  /// With many answers of hash tables' order.
  private static final String SCENARIO =
      "nodes=3 seconds=10 faults=kill,restart,upgrade workloads=reader,classic-group,consumer-group,admin";

  @Test
  void aSeedsTraceDoesNotDependOnTheSeedsBeforeIt() throws Exception {
    RunLoader shared = new RunLoader();
    long alone = new RunLoader().run(11, SCENARIO).trace();
    shared.run(12, SCENARIO);
    shared.run(13, SCENARIO);
    assertThat(shared.run(11, SCENARIO).trace()).isEqualTo(alone);
  }
}
