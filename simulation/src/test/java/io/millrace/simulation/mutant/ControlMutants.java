package io.millrace.simulation.mutant;

import static io.millrace.simulation.mutant.Edit.in;
import static io.millrace.simulation.mutant.Edit.inKafka;

import java.util.List;

/// Bugs of consensus, the controller and what brokers ask of it.
final class ControlMutants {

  private static final String ANY =
      "nodes=3 durability=page-cache seconds=20 " + Mutant.PLAIN + " faults=";

  private ControlMutants() {}

  static List<Mutant> all() {
    return List.of(
        Mutant.of(
                "gives a block of producer ids twice",
                ANY + "kill",
                inKafka("controller.ProducerIdControlManager", "replay")
                    .doesNotCall("TimelineObject.set"))
            .caught(1, Mutant.LOST),
        Mutant.of(
                "commits metadata alone",
                ANY + "kill,cut",
                inKafka("raft.LeaderState", "maybeUpdateHighWatermark").takes("size", 0))
            .caught(3, Mutant.SPLIT),
        Mutant.of(
                "gives a producer id twice",
                "nodes=1 durability=page-cache seconds=6 " + Mutant.PLAIN + " faults=none",
                in("metadata.broker.ProducerIds", "next").doesNotStore("nextId"))
            .caught(1, Mutant.REPEATED),
        Mutant.of(
                "an unclean restart stays in sync",
                ANY + "power,kill",
                inKafka("controller.ReplicationControlManager", "handleBrokerShutdown")
                    .assumes(2, 1))
            .caught(2, Mutant.LOST));
  }
}
