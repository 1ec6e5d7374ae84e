package io.millrace.server;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How empty directories are to be formatted, as `kafka-storage format` is told. Without effect on
/// directories that are formatted.
///
/// @param clusterId `--cluster-id`, null when not given
/// @param initialControllers `--initial-controllers`, `id@host:port:directory-id,…`; null when not
///   given
/// @param noInitialControllers `--no-initial-controllers`: join a quorum that exists
/// @param features `--feature name=level`
/// @param releaseVersion `--release-version`, null for the newest
public record FormatOptions(
    @Nullable String clusterId,
    @Nullable String initialControllers,
    boolean noInitialControllers,
    Map<String, Short> features,
    @Nullable String releaseVersion) {

  /// Nothing was said.
  public static final FormatOptions NONE = new FormatOptions(null, null, false, Map.of(), null);
}
