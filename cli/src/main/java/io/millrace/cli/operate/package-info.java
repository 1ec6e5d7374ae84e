/// The commands of who operates a cluster: `partition`, `broker` and `quorum`.
///
/// All of them work through Kafka's admin client against any broker, ours or Kafka's own. What
/// moves data is shown as a plan first and done with `--execute`; the plans come from
/// [io.millrace.metadata.balance].
@NullMarked
package io.millrace.cli.operate;

import org.jspecify.annotations.NullMarked;
