package io.millrace.server.api;

import io.millrace.server.request.Request;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.security.authorizer.AclEntry;

/// Who may do what: the one place that handlers ask. Safe on any thread; must not wait.
public interface Authorization {

  /// Everybody may do everything, as in Kafka without an authorizer.
  Authorization ALLOW_ALL = (_, _, _, _) -> true;

  /// Whether the request's principal may do `operation` on the named resource.
  boolean allows(Request request, AclOperation operation, ResourceType type, String name);

  default boolean allowsOnCluster(Request request, AclOperation operation) {
    return allows(request, operation, ResourceType.CLUSTER, Resource.CLUSTER_NAME);
  }

  /// @throws ClusterAuthorizationException unless `operation` is allowed on the cluster
  default void requireOnCluster(Request request, AclOperation operation) {
    if (!allowsOnCluster(request, operation)) {
      throw new ClusterAuthorizationException(
          request.api() + " needs " + operation + " permission on the cluster.");
    }
  }

  /// The names among `names` that are allowed, in their order.
  default Set<String> filter(
      Request request, AclOperation operation, ResourceType type, Collection<String> names) {
    Set<String> allowed = new LinkedHashSet<>();
    for (String name : names) {
      if (allows(request, operation, type, name)) {
        allowed.add(name);
      }
    }
    return allowed;
  }

  /// All that is allowed on one resource, as the bit field of the protocol.
  default int operations(Request request, ResourceType type, String name) {
    Set<Byte> codes = new LinkedHashSet<>();
    for (AclOperation operation : AclEntry.supportedOperations(type)) {
      if (allows(request, operation, type, name)) {
        codes.add(operation.code());
      }
    }
    return Utils.to32BitField(codes);
  }
}
