package io.millrace.cli.operate;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cli.Console;
import io.millrace.cli.Json;
import io.millrace.metadata.balance.Balancer;
import io.millrace.metadata.balance.Goals;
import io.millrace.metadata.balance.Layout;
import io.millrace.metadata.balance.Layout.Broker;
import io.millrace.metadata.balance.Layout.Placement;
import io.millrace.metadata.balance.Layout.Role;
import io.millrace.metadata.balance.Plan;
import io.millrace.metadata.balance.Volume;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/// How a plan is explained.
class PlanReportTest {

  private static final long GB = 1_000_000_000;

  /// Two of three brokers lead busy partitions, one disk is nearly full.
  private static final Plan PLAN =
      Balancer.plan(
          new Layout(
              List.of(broker(1, 90), broker(2, 500), broker(3, 600)),
              List.of(
                  placement(0, 150, 20, 1, 2),
                  placement(1, 150, 20, 2, 3),
                  placement(2, 150, 1, 3, 1))),
          Goals.ALL);

  private static Broker broker(int id, long freeGb) {
    return new Broker(id, "", Role.OPEN, new Volume(1_000 * GB, freeGb * GB));
  }

  private static Placement placement(int partition, long gb, int mbPerSecond, Integer... replicas) {
    return new Placement(
        new TopicPartition("orders", partition),
        List.of(replicas),
        gb * GB,
        mbPerSecond * 1_000_000L);
  }

  @Test
  void saysToPeopleWhatMovesAndWhy() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Console console = Console.to(new ByteArrayInputStream(new byte[0]), out, out);
    PlanReport.print(console, PLAN, false);
    console.flush();

    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            """
            broker     replicas       leaders          disk             written/s  bytes
                 1       2 -> 1             1    91 -> 76 %     20.0 MB -> 1.0 MB  300.0 GB -> 150.0 GB
                 2            2             1          50 %               20.0 MB  300.0 GB
                 3       2 -> 3             1    40 -> 55 %     1.0 MB -> 20.0 MB  300.0 GB -> 450.0 GB
            orders-0  [1, 2] -> [3, 2]  copies 150.0 GB  broker 1's disk is 91 % full; broker 3 has 600.0 GB free
            orders-2  [3, 1] -> [1, 3]  broker 3 is to lead more partitions than broker 1
            2 partitions, 150.0 GB to copy. Nothing was changed yet: --execute carries it out.
            """);
  }

  @Test
  void saysToProgramsTheSame() {
    assertThat(Json.write(PlanReport.json(PLAN, false, 0)))
        .contains("\"goal\":\"full_disk\"")
        .contains("\"disk_percent\":91")
        .contains("\"leader_bytes_per_second\":20000000");
  }
}
