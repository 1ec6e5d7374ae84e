/// Faults on real processes: three nodes whose links can be cut one by one, one way too, and which
/// are killed, frozen and restarted while producers and consumer groups of several kinds work. At
/// the end a ledger says whether anything acknowledged is missing, doubled, reordered or invented,
/// and whether a committed offset ever went back.
///
/// ```
/// ChaosTest     draws faults from a seed and says what must hold
///   Fault         one kind of fault, and how it ends
///   Cluster       three processes
///     Wires         how they reach each other: LinkProxies (no privileges), Namespaces (root, Linux)
///   Load          producers and groups, Java's and librdkafka's
///     Ledger        records: sent, acknowledged, read
///     GroupLedger   a group: delivered, committed
/// ```
///
/// The faults are bounded by what three replicas with `min.insync.replicas=2` survive: a killed
/// process leaves the page cache, so any number of nodes may be down or cut off at a time; none
/// loses its disk. What the cluster cannot do meanwhile it has to do within bounded time after the
/// healing.
@org.jspecify.annotations.NullMarked
package io.millrace.acceptance.chaos;
