package io.millrace.simulation.client;

import io.millrace.runtime.EventLoop;
import io.millrace.runtime.World;
import io.millrace.simulation.audit.InvariantBroken;
import java.util.List;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.server.config.ServerLogConfigs;
import org.jspecify.annotations.Nullable;

/// Moves replicas to and from one broker, cordons it, and unregisters it: one request after the
/// other, whatever the answer was. Who asks looks into the images for what came of it, and asks
/// again.
public final class BrokerOperator {

  private final int id;
  private final EventLoop loop;
  private final ClusterClient cluster;
  private final ClusterClient broker;
  private boolean busy;
  private String last = "nothing";

  /// @param id the broker
  /// @param address its listener: settings of a broker are its own matter
  public BrokerOperator(World world, List<String> bootstrap, int id, String address) {
    this.id = id;
    this.loop = world.loops().getFirst();
    this.cluster = new ClusterClient(world, loop, "operator", bootstrap);
    this.broker = new ClusterClient(world, loop, "operator of " + id, List.of(address));
  }

  /// Whether an answer is still to come.
  public boolean isBusy() {
    return busy;
  }

  public void reassign(TopicPartition partition, List<Integer> replicas) {
    ask(
        cluster,
        ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
        AdminRequests.reassign(partition.topic(), partition.partition(), replicas));
  }

  /// Nothing new shall be placed there.
  public void cordon() {
    IncrementalAlterConfigsRequestData.AlterConfigsResource resource =
        new IncrementalAlterConfigsRequestData.AlterConfigsResource()
            .setResourceType(ConfigResource.Type.BROKER.id())
            .setResourceName(Integer.toString(id));
    resource
        .configs()
        .add(
            new IncrementalAlterConfigsRequestData.AlterableConfig()
                .setName(ServerLogConfigs.CORDONED_LOG_DIRS_CONFIG)
                .setConfigOperation(OpType.SET.id())
                .setValue(ServerLogConfigs.CORDONED_LOG_DIRS_ALL));
    IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
    request.resources().add(resource);
    ask(broker, ApiKeys.INCREMENTAL_ALTER_CONFIGS, request);
  }

  public void unregister() {
    ask(cluster, ApiKeys.UNREGISTER_BROKER, new UnregisterBrokerRequestData().setBrokerId(id));
  }

  @Override
  public String toString() {
    return "the operator of broker " + id + ": " + last;
  }

  private void ask(ClusterClient whom, ApiKeys api, ApiMessage request) {
    busy = true;
    loop.execute(() ->
        whom.toAny(
            api,
            request,
            answer -> {
              busy = false;
              judge(api, answer);
            }));
  }

  private void judge(ApiKeys api, @Nullable ApiMessage answer) {
    if (answer == null) {
      last = api + " is not answered";
      return;
    }
    Errors error = error(answer);
    last = api + " " + error;
    if (!isOrdinary(error)) {
      throw new InvariantBroken("EveryRequestAnswered", this + " " + answer);
    }
  }

  /// Whether an operator may hear this in a cluster where brokers come and go, who repeats what was
  /// not answered.
  private static boolean isOrdinary(Errors error) {
    return switch (error) {
      case NONE, INVALID_REPLICA_ASSIGNMENT, BROKER_ID_NOT_REGISTERED -> true;
      default -> error.exception() instanceof RetriableException;
    };
  }

  private static Errors error(ApiMessage answer) {
    return switch (answer) {
      case AlterPartitionReassignmentsResponseData _ -> AdminRequests.error(answer);
      case IncrementalAlterConfigsResponseData _ -> AdminRequests.error(answer);
      case UnregisterBrokerResponseData data -> Errors.forCode(data.errorCode());
      default -> throw new IllegalStateException("not asked for: " + answer);
    };
  }
}
