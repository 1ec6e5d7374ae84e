package io.millrace.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.metadata.controller.ControllerReply;
import io.millrace.runtime.virtual.VirtualNode;
import io.millrace.runtime.virtual.VirtualWorld;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AssignReplicasToDirsRequestData;
import org.apache.kafka.common.message.AssignReplicasToDirsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/// Placements of replicas reach the controller, whatever it says at first.
final class ControllerReportsTest {
  private final VirtualWorld world = VirtualWorld.builder(1).build();
  private final VirtualNode node = world.node("node");
  private final List<AssignReplicasToDirsRequestData> asked = new ArrayList<>();
  private Errors answer = Errors.NONE;

  private final ControllerReports reports =
      new ControllerReports(
          1,
          () -> 7,
          (request, _, loop, onReply) -> {
            asked.add((AssignReplicasToDirsRequestData) request);
            ControllerReply reply =
                new ControllerReply.Answered(
                    new AssignReplicasToDirsResponseData().setErrorCode(answer.code()));
            loop.execute(() -> onReply.accept(reply));
          },
          node.loops().getFirst());

  private void placed(int partition) {
    reports.onPlaced(
        new TopicIdPartition(new Uuid(1, 1), partition, "orders"), new Uuid(2, partition));
  }

  private void pass(long ms) {
    world.runFor(ms * 1_000_000);
  }

  @Test
  void placementIsToldOnce() {
    placed(0);
    pass(1_000);
    assertThat(asked).hasSize(1);
    assertThat(asked.getFirst().directories().getFirst().id()).isEqualTo(new Uuid(2, 0));
  }

  @Test
  void refusedRequestIsSaidAgain() {
    answer = Errors.STALE_BROKER_EPOCH;
    placed(0);
    pass(10);
    placed(1);
    pass(200);
    answer = Errors.NONE;
    pass(1_000);
    assertThat(asked).hasSizeGreaterThan(1);
    assertThat(asked.getLast().directories())
        .extracting(AssignReplicasToDirsRequestData.DirectoryData::id)
        .containsExactly(new Uuid(2, 0), new Uuid(2, 1));
    int before = asked.size();
    pass(1_000);
    assertThat(asked).hasSize(before);
  }

  @Test
  void manyPlacementsAreToldInSeveralRequests() {
    int replicas = 2 * IsrReports.MOST_PARTITIONS + 1;
    for (int i = 0; i < replicas; i++) {
      placed(i);
    }
    pass(1_000);

    List<Integer> told = asked.stream().map(request -> request.directories().size()).toList();
    assertThat(told).allMatch(count -> count <= IsrReports.MOST_PARTITIONS);
    assertThat(told.stream().mapToInt(Integer::intValue).sum()).isEqualTo(replicas);
  }
}
