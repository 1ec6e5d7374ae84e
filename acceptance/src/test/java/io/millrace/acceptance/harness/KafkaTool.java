package io.millrace.acceptance.harness;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.utils.Exit;
import org.jspecify.annotations.Nullable;

/// Kafka's command line tools, run by their main classes in this JVM: standard output and error are
/// caught, and an exit is noted instead of made. One at a time, since all three are the JVM's own.
public enum KafkaTool {
  TOPICS("org.apache.kafka.tools.TopicCommand"),
  CONFIGS("kafka.admin.ConfigCommand"),
  CONSUMER_GROUPS("org.apache.kafka.tools.consumer.group.ConsumerGroupCommand"),
  GROUPS("org.apache.kafka.tools.GroupsCommand"),
  STREAMS_GROUPS("org.apache.kafka.tools.streams.StreamsGroupCommand"),
  GET_OFFSETS("org.apache.kafka.tools.GetOffsetShell"),
  DELETE_RECORDS("org.apache.kafka.tools.DeleteRecordsCommand"),
  LOG_DIRS("org.apache.kafka.tools.LogDirsCommand"),
  FEATURES("org.apache.kafka.tools.FeatureCommand"),
  BROKER_API_VERSIONS("org.apache.kafka.tools.BrokerApiVersionsCommand"),
  PRODUCER_PERF_TEST("org.apache.kafka.tools.ProducerPerformance"),
  CONSUMER_PERF_TEST("org.apache.kafka.tools.ConsumerPerformance"),
  REASSIGN_PARTITIONS("org.apache.kafka.tools.reassign.ReassignPartitionsCommand"),
  LEADER_ELECTION("org.apache.kafka.tools.LeaderElectionCommand"),
  METADATA_QUORUM("org.apache.kafka.tools.MetadataQuorumCommand"),
  CLUSTER("org.apache.kafka.tools.ClusterTool"),
  DUMP_LOG("org.apache.kafka.tools.DumpLogSegments"),
  STORAGE("kafka.tools.StorageTool");

  private final String mainClass;

  KafkaTool(String mainClass) {
    this.mainClass = mainClass;
  }

  /// Runs the tool and returns what it said, whatever its exit code.
  public synchronized Program.Ended run(String... arguments) {
    synchronized (KafkaTool.class) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ByteArrayOutputStream err = new ByteArrayOutputStream();
      PrintStream outBefore = System.out;
      PrintStream errBefore = System.err;
      // Some tools catch what stops them here, and exit once more with another code.
      AtomicReference<@Nullable Exited> first = new AtomicReference<>();
      int exitCode;
      System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
      Exit.setExitProcedure((status, _) -> {
        Exited exited = new Exited(status);
        first.compareAndSet(null, exited);
        throw exited;
      });
      try {
        exitCode = callMain(arguments);
      } finally {
        System.out.flush();
        System.err.flush();
        System.setOut(outBefore);
        System.setErr(errBefore);
        Exit.resetExitProcedure();
      }
      if (first.get() instanceof Exited exited) {
        exitCode = exited.status;
      }
      return new Program.Ended(
          exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
  }

  /// Runs the tool against a broker and demands success; returns its standard output.
  public String against(Broker broker, String... arguments) {
    String[] all = new String[arguments.length + 2];
    all[0] = "--bootstrap-server";
    all[1] = broker.bootstrap();
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    return run(all).expectSuccess().out();
  }

  private int callMain(String... arguments) {
    try {
      Class.forName(mainClass)
          .getMethod("main", String[].class)
          .invoke(null, (Object) arguments.clone());
      return 0;
    } catch (InvocationTargetException e) {
      if (!(e.getCause() instanceof Exited)) {
        e.printStackTrace(System.err);
      }
      return 1;
    } catch (ReflectiveOperationException e) {
      throw new AssertionError("no tool " + mainClass, e);
    }
  }

  private static final class Exited extends Error {
    private final int status;

    private Exited(int status) {
      super("exit " + status, null, false, false);
      this.status = status;
    }
  }
}
