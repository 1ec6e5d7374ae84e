package io.millrace.coordination;

import java.util.List;
import java.util.function.Supplier;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.apache.kafka.coordinator.group.modern.share.ShareGroupConfig;

/// The coordinator's configuration as Kafka's classes read it: most keys once, when they are made;
/// those that can be changed while the node runs (assignment intervals, the cached buffer) again
/// and again. All of the latter are integers.
final class LiveConfig extends AbstractConfig {
  private final Supplier<? extends AbstractConfig> current;

  /// @param current the node's configuration as of now
  LiveConfig(Supplier<? extends AbstractConfig> current) {
    this.current = current;
    super(
        Utils.mergeConfigs(List.of(GroupCoordinatorConfig.CONFIG_DEF, ShareGroupConfig.CONFIG_DEF)),
        current.get().originals(),
        false);
  }

  @Override
  public Integer getInt(String key) {
    return current.get().getInt(key);
  }
}
