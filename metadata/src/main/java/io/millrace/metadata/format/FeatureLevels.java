package io.millrace.metadata.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.KRaftVersion;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;

/// The feature levels that a new cluster starts with: the defaults of a release, with the levels
/// that the command line sets on top, by the rules of Kafka's `kafka-storage format`.
final class FeatureLevels {

  private final MetadataVersion release;
  private final KRaftVersion kraftVersion;
  private final Map<String, Short> levels;

  private FeatureLevels(
      MetadataVersion release, KRaftVersion kraftVersion, Map<String, Short> levels) {
    this.release = release;
    this.kraftVersion = kraftVersion;
    this.levels = levels;
  }

  /// @param features by name, as `--feature` sets them
  /// @param releaseVersion as `--release-version` sets it, null for the newest production version
  /// @param dynamicQuorum whether the voters are in the metadata log
  /// @throws IllegalArgumentException with a message for the user
  static FeatureLevels of(
      Map<String, Short> features, @Nullable String releaseVersion, boolean dynamicQuorum) {
    MetadataVersion release = release(features, releaseVersion);
    Map<String, Feature> known = new TreeMap<>();
    Feature.PRODUCTION_FEATURES.forEach(feature -> known.put(feature.featureName(), feature));
    Map<String, Short> levels = new TreeMap<>();
    known.forEach((name, feature) -> levels.put(name, feature.defaultLevel(release)));
    features.forEach((name, level) -> {
      if (!known.containsKey(name) && !name.equals(MetadataVersion.FEATURE_NAME)) {
        throw new IllegalArgumentException(
            "--feature "
                + name
                + "="
                + level
                + ": there is no such feature; known are "
                + String.join(", ", known.keySet()));
      }
      levels.put(name, level);
    });
    levels.put(MetadataVersion.FEATURE_NAME, release.featureLevel());
    short kraft = kraftLevel(features, dynamicQuorum);
    levels.put(KRaftVersion.FEATURE_NAME, kraft);
    checkLevels(known, levels);
    return new FeatureLevels(release, KRaftVersion.fromFeatureLevel(kraft), levels);
  }

  private static MetadataVersion release(
      Map<String, Short> features, @Nullable String releaseVersion) {
    Short level = features.get(MetadataVersion.FEATURE_NAME);
    if (level != null && releaseVersion != null) {
      throw new IllegalArgumentException(
          "--release-version and --feature metadata.version name the same thing: give one of them");
    }
    MetadataVersion release;
    try {
      release =
          level != null
              ? MetadataVersion.fromFeatureLevel(level)
              : releaseVersion != null
                  ? MetadataVersion.fromVersionString(releaseVersion, false)
                  : MetadataVersion.latestProduction();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "--release-version or --feature metadata.version: "
              + e.getMessage()
              + "; the newest is "
              + MetadataVersion.latestProduction(),
          e);
    }
    if (!release.isProduction()) {
      throw new IllegalArgumentException(
          "metadata.version "
              + release
              + " is not stable yet; the newest that is: "
              + MetadataVersion.latestProduction());
    }
    return release;
  }

  private static short kraftLevel(Map<String, Short> features, boolean dynamicQuorum) {
    short natural =
        dynamicQuorum
            ? KRaftVersion.KRAFT_VERSION_1.featureLevel()
            : KRaftVersion.KRAFT_VERSION_0.featureLevel();
    Short wanted = features.get(KRaftVersion.FEATURE_NAME);
    if (wanted != null && (wanted == 0) == dynamicQuorum) {
      throw new IllegalArgumentException(
          "--feature kraft.version="
              + wanted
              + (dynamicQuorum
                  ? " needs controller.quorum.voters; without it the level is 1"
                  : " does not go with controller.quorum.voters; the level is 0 there"));
    }
    return wanted == null ? natural : wanted;
  }

  private static void checkLevels(Map<String, Feature> known, Map<String, Short> levels) {
    List<String> wrong = new ArrayList<>();
    levels.forEach((name, level) -> {
      Feature feature = known.get(name);
      if (feature == null) {
        return;
      }
      try {
        Feature.validateVersion(feature.fromFeatureLevel(level, false), levels);
      } catch (IllegalArgumentException e) {
        wrong.add("--feature " + name + "=" + level + ": " + e.getMessage());
      }
    });
    if (!wrong.isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", wrong));
    }
  }

  KRaftVersion kraftVersion() {
    return kraftVersion;
  }

  /// The records of `bootstrap.checkpoint`.
  BootstrapMetadata bootstrap() {
    return BootstrapMetadata.fromVersions(release, levels, "format");
  }
}
