/// Commands that run a local cluster of real, detached processes and play faults on it.
///
/// What a cluster is lies in one file of its directory ([ClusterState]); processes are found again
/// by pid and start time, so that a pid used anew is never signalled.
@NullMarked
package io.millrace.cli.cluster;

import org.jspecify.annotations.NullMarked;
