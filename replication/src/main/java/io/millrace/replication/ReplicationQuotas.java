package io.millrace.replication;

import io.millrace.runtime.Clock;
import java.util.Properties;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.server.config.QuotaConfig;

/// What this broker may spend on copying replicas: as a leader that sends, as a follower that
/// fetches, and between its own directories. Any thread.
///
/// Rates come from the broker's dynamic settings, its own before those of all brokers. Only the
/// replicas that a topic names as throttled are counted and held back, and of those only what is
/// not in sync: a follower in sync is never slowed down.
public final class ReplicationQuotas {

  private final ReplicationQuota leader;
  private final ReplicationQuota follower;
  private final ReplicationQuota directories;

  ReplicationQuotas(Clock clock, ReplicationSettings settings) {
    leader = new ReplicationQuota(clock, settings.quotaWindowSeconds());
    follower = new ReplicationQuota(clock, settings.quotaWindowSeconds());
    directories = new ReplicationQuota(clock, settings.directoryQuotaWindowSeconds());
  }

  /// Bytes that this broker's leaders send to throttled followers.
  public ReplicationQuota leader() {
    return leader;
  }

  /// Bytes that this broker's throttled followers fetch.
  public ReplicationQuota follower() {
    return follower;
  }

  /// Bytes copied from one log directory to another (`replica.alter.log.dirs.io.max.bytes…`).
  public ReplicationQuota directories() {
    return directories;
  }

  /// Takes the rates over that the metadata has.
  void follow(MetadataImage image, int brokerId) {
    Properties all = image.configs().configProperties(broker(""));
    Properties own = image.configs().configProperties(broker(Integer.toString(brokerId)));
    leader.limit(rate(own, all, QuotaConfig.LEADER_REPLICATION_THROTTLED_RATE_CONFIG));
    follower.limit(rate(own, all, QuotaConfig.FOLLOWER_REPLICATION_THROTTLED_RATE_CONFIG));
    directories.limit(
        rate(own, all, QuotaConfig.REPLICA_ALTER_LOG_DIRS_IO_MAX_BYTES_PER_SECOND_CONFIG));
  }

  private static ConfigResource broker(String name) {
    return new ConfigResource(ConfigResource.Type.BROKER, name);
  }

  private static long rate(Properties own, Properties all, String key) {
    String value = own.getProperty(key, all.getProperty(key));
    return value == null ? ReplicationQuota.UNLIMITED : Long.parseLong(value.trim());
  }
}
