/// Kafka's coordinator runtime and group service, hosted on our partitions and loops.
///
/// Which group has which members, who owns what and how far it has read is decided by Kafka's own
/// `GroupCoordinatorShard`, one a partition of `__consumer_offsets`; Kafka's `CoordinatorRuntime`
/// batches its records, applies them, waits for the high watermark and rolls back what failed. This
/// room gives them what they stand on:
///
/// | Kafka asks for | ours | why not Kafka's |
/// |---|---|---|
/// | `CoordinatorEventProcessor` | [ShardLoops] | a shard is pinned to one loop; no threads |
/// | `Timer`, `Time` | [ShardTimer], [WorldTime] | the world's clock, so that a simulator can turn it |
/// | `PartitionWriter` | [LogWriter] | writes through a [CoordinatorLog] |
/// | `CoordinatorLoader` | [ReplayLoader] | replays in steps, never blocking a loop |
/// | `ExecutorService` | [WorkerService] | regular expressions and assignors run on the workers |
///
/// [GroupCoordinatorHost] puts them together and follows the metadata image. The `server` room's
/// group handlers call its service; this room calls partitions through [CoordinatorLogs] only.
/// Speaks the control-plane dialect. `CompletableFuture`s appear where Kafka's interfaces have
/// them; they complete on the shard's loop.
@NullMarked
package io.millrace.coordination;

import org.jspecify.annotations.NullMarked;
