/// The APIs of groups: finding the coordinator, membership in the classic, the consumer (KIP-848)
/// and the streams protocol, committed offsets, listing, describing and deleting.
///
/// Deciding is the coordinator's (`io.millrace.coordination`, Kafka's own service). A handler does
/// what Kafka's request layer does around it: asks whether the caller may, whether the protocol is
/// switched on, resolves topic ids, leaves out what does not exist, and fits the answer to the
/// version. It is called on the connection's loop and never waits; the coordinator answers on its
/// shard's loop, and the responder carries that over.
@NullMarked
package io.millrace.server.api.group;

import org.jspecify.annotations.NullMarked;
