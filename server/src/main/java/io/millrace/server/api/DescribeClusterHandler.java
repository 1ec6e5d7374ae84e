package io.millrace.server.api;

import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Request.ListenerRole;
import io.millrace.server.request.Responder;
import java.util.function.IntSupplier;
import org.apache.kafka.clients.admin.EndpointType;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBroker;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBrokerCollection;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourceType;

/// DescribeCluster: the brokers, by a broker's listener; the controllers, by a controller's
/// (KIP-919).
public final class DescribeClusterHandler implements ApiHandler<DescribeClusterRequestData> {

  private final ClusterView cluster;
  private final Authorization authorization;

  public DescribeClusterHandler(ClusterView cluster, Authorization authorization) {
    this.cluster = cluster;
    this.authorization = authorization;
  }

  @Override
  public void handle(Request request, DescribeClusterRequestData body, Responder out) {
    if (request.listener() == ListenerRole.CONTROLLER) {
      out.respond(controllers(request, body));
    } else {
      out.respond(brokers(request, body));
    }
  }

  private DescribeClusterResponseData brokers(Request request, DescribeClusterRequestData body) {
    DescribeClusterBrokerCollection nodes = new DescribeClusterBrokerCollection();
    cluster
        .cache()
        .getBrokerNodes(request.listenerName())
        .forEach(node -> {
          if (!node.isFenced() || body.includeFencedBrokers()) {
            nodes.mustAdd(
                new DescribeClusterBroker()
                    .setBrokerId(node.id())
                    .setHost(node.host())
                    .setPort(node.port())
                    .setRack(node.rack())
                    .setIsFenced(node.isFenced()));
          }
        });
    return answer(
        request,
        body,
        EndpointType.BROKER,
        nodes,
        () -> cluster.someBroker(request.header().correlationId()));
  }

  /// Needs more of the caller than on a broker: who may reach controllers directly administers.
  private DescribeClusterResponseData controllers(
      Request request, DescribeClusterRequestData body) {
    if (!cluster.features().metadataVersion().isControllerRegistrationSupported()) {
      throw new UnsupportedVersionException(
          "Direct-to-controller communication is not supported with the current MetadataVersion.");
    }
    authorization.requireOnCluster(request, AclOperation.ALTER);
    DescribeClusterBrokerCollection nodes = new DescribeClusterBrokerCollection();
    cluster
        .image()
        .cluster()
        .controllers()
        .values()
        .forEach(controller ->
            controller
                .node(request.listenerName().value())
                .ifPresent(node ->
                    nodes.mustAdd(
                        new DescribeClusterBroker()
                            .setBrokerId(node.id())
                            .setHost(node.host())
                            .setPort(node.port()))));
    return answer(request, body, EndpointType.CONTROLLER, nodes, cluster::quorumLeader);
  }

  private DescribeClusterResponseData answer(
      Request request,
      DescribeClusterRequestData body,
      EndpointType here,
      DescribeClusterBrokerCollection nodes,
      IntSupplier controller) {
    EndpointType wanted = EndpointType.fromId(body.endpointType());
    if (wanted == EndpointType.UNKNOWN) {
      return refusal(
          request,
          Errors.UNSUPPORTED_ENDPOINT_TYPE,
          "Unsupported endpoint type " + body.endpointType());
    }
    if (wanted != here) {
      return refusal(
          request,
          Errors.MISMATCHED_ENDPOINT_TYPE,
          "The request was sent to an endpoint of type "
              + here
              + ", but we wanted an endpoint of type "
              + wanted);
    }
    int operations = Integer.MIN_VALUE;
    if (body.includeClusterAuthorizedOperations()) {
      operations =
          authorization.allowsOnCluster(request, AclOperation.DESCRIBE)
              ? authorization.operations(request, ResourceType.CLUSTER, Resource.CLUSTER_NAME)
              : 0;
    }
    int controllerId = controller.getAsInt();
    return new DescribeClusterResponseData()
        .setClusterId(cluster.clusterId())
        .setControllerId(nodes.find(controllerId) == null ? -1 : controllerId)
        .setClusterAuthorizedOperations(operations)
        .setBrokers(nodes)
        .setEndpointType(here.id());
  }

  /// Version 0 knows nothing of endpoint types.
  private static DescribeClusterResponseData refusal(
      Request request, Errors error, String message) {
    Errors shown = request.version() == 0 ? Errors.INVALID_REQUEST : error;
    return new DescribeClusterResponseData().setErrorCode(shown.code()).setErrorMessage(message);
  }
}
