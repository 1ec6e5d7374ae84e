/// Commands that run a node in this process: `dev` and `start`.
///
/// Nothing here may load Kafka's client classes on the way to a running node; the training run of
/// the AOT cache is the one exception.
@NullMarked
package io.millrace.cli.node;

import org.jspecify.annotations.NullMarked;
