package io.millrace.simulation.mutant;

import static io.millrace.simulation.mutant.Edit.in;

import java.util.List;

/// Bugs of leaders and followers: acknowledgement, high watermark, in-sync replicas, truncation.
final class ReplicationMutants {

  private static final String ANY =
      "nodes=3 durability=page-cache seconds=20 " + Mutant.PLAIN + " faults=";

  private static final String QUIET =
      "nodes=1 durability=page-cache seconds=6 " + Mutant.PLAIN + " faults=none";

  private static final String DELETING =
      "nodes=3 durability=page-cache seconds=20 workloads=idempotent,reader,delete-records"
          + " faults=kill,cut,blackout";

  private ReplicationMutants() {}

  static List<Mutant> all() {
    return List.of(
        Mutant.of(
                "acknowledges acks=all before replication",
                ANY + "kill,cut,pause",
                in("replication.Appends", "offsetToAwait").returns(-1L))
            .caught(1, Mutant.LOST),
        Mutant.of(
                "commits without the followers",
                ANY + "kill,cut,pause",
                in("replication.LeaderReplica", "advance").takes("inMaximalIsr", false),
                in("replication.LeaderReplica", "advance").takes("isAboutToJoin", false))
            .caught(1, Mutant.LOST),
        Mutant.of(
                "commits a few offsets too many",
                ANY + "kill,cut,pause",
                in("replication.LeaderReplica", "advance")
                    .isOff("FollowerProgress.logEndOffset", 10))
            .caught(1, Mutant.LOST),
        Mutant.of(
                "serves consumers beyond the high watermark",
                ANY + "kill,cut,pause",
                in("replication.Reads", "limit").returns(Long.MAX_VALUE))
            .caught(1, Mutant.LOST),
        Mutant.of(
                "does not tell a follower that it diverges",
                ANY + "kill,cut,pause",
                in("replication.Reads", "compareEpochs").doesNotStore("diverging"))
            .caught(1, Mutant.APART),
        Mutant.of(
                "does not cut a diverging follower",
                ANY + "kill,cut,pause",
                in("replication.Following", "cutAt").isEmpty())
            .caught(1, Mutant.APART),
        Mutant.of(
                "acknowledges what waits when it is deposed",
                ANY + "kill,cut,pause",
                in("replication.Partition", "apply").says("NONE", "NOT_LEADER_OR_FOLLOWER"))
            .caught(2, Mutant.LOST),
        Mutant.of(
                "takes what it sends for received",
                // What is acknowledged too early is lost only with the leader, and before the
                // follower asks again: slow links and pauses make that longer than a moment.
                ANY + "kill,delay,pause",
                in("replication.FollowerProgress", "onFetch").confuses(1, 7))
            .caught(4, Mutant.LOST),
        Mutant.of(
                "answers a wrong base offset",
                QUIET,
                in("replication.Appends", "append").isOff("Appended.firstOffset", 1))
            .caught(1, Mutant.LOST),
        Mutant.of(
                "a fetch session keeps the old position",
                QUIET,
                in("replication.FetchSession", "advance").doesNotCall("ask"))
            .caught(1, Mutant.STUCK),
        Mutant.of(
                "forgets min.insync.replicas",
                "nodes=5 durability=page-cache seconds=20 " + Mutant.PLAIN + " faults=kill,pause",
                in("replication.Replica", "underMinInSync").returns(false))
            .caught(1, Mutant.UNSAFE),
        Mutant.of(
                "a follower believes any high watermark",
                "nodes=3 durability=page-cache seconds=6 " + Mutant.PLAIN + " faults=none",
                in("replication.FollowerReplica", "follow").takes("min", Long.MAX_VALUE))
            .caught(1, Mutant.UNSAFE),
        Mutant.of(
                "acknowledges a deletion before the followers",
                DELETING,
                in("replication.LeaderReplica", "lowWatermark").takes("inMaximalIsr", false),
                in("replication.LeaderReplica", "lowWatermark").takes("mayJoinIsr", false))
            .caught(3, Mutant.DELETED),
        Mutant.of(
                "a deletion is not written down",
                DELETING,
                in("replication.Replica", "durableLogStart").takes("min", Long.MAX_VALUE),
                in("replication.Replica", "isLogStartDurable").returns(true))
            .caught(1, Mutant.DELETED),
        Mutant.of(
                "an answered deletion goes on watching",
                // Who watches goes with the process: nobody is killed, and it takes a while.
                "nodes=3 durability=page-cache seconds=60 workloads=idempotent,reader,delete-records"
                    + " faults=none",
                in("server.api.data.RecordDeletion", "onProgress").doesNotCall("Partition.unwatch"))
            .caught(1, Mutant.LEAKED));
  }
}
