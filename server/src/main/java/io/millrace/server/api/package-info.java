/// What the node answers: one handler class an API, in Kafka's meaning of it.
///
/// Here live the handlers of metadata and administration; `controller` holds what the active
/// controller decides, `data` what touches records, `group` what concerns groups. A handler reads
/// the published image ([io.millrace.server.api.ClusterView]), asks
/// [io.millrace.server.api.Authorization] before it tells or does anything, and hands what changes
/// the cluster to the controller through a [io.millrace.server.api.Forwarder]. None of them waits:
/// an answer that takes time comes through the [io.millrace.server.request.Responder] later.
///
/// Called on connection loops. Keeps no state of its own but what is said at the class.
@NullMarked
package io.millrace.server.api;

import org.jspecify.annotations.NullMarked;
