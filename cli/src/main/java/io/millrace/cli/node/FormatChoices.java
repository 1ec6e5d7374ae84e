package io.millrace.cli.node;

import io.millrace.cli.CommandFailure;
import io.millrace.server.FormatOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// How an empty data directory is formatted on the first start; the words of Kafka's `kafka-storage
/// format`. They do nothing to a directory that is formatted already.
public final class FormatChoices implements PlainStart.Options {
  @Option(
      names = {"-t", "--cluster-id"},
      paramLabel = "ID",
      description = "First start: the cluster to format for; needed where others belong to it.")
  @Nullable String clusterId;

  @Option(
      names = {"-f", "--feature"},
      paramLabel = "NAME=LEVEL",
      description = "First start: the level of a feature, e.g. kraft.version=1. Repeatable.")
  List<String> features = new ArrayList<>();

  @Option(
      names = {"-r", "--release-version"},
      paramLabel = "VERSION",
      description = "First start: the metadata version, e.g. 4.3-IV0. Default: the newest.")
  @Nullable String releaseVersion;

  @Option(
      names = {"-I", "--initial-controllers"},
      paramLabel = "ID@HOST:PORT:DIRECTORY,...",
      description = "First start: the voters of a new quorum; the same words on each of them.")
  @Nullable String initialControllers;

  @Option(
      names = {"-N", "--no-initial-controllers"},
      description = "First start: join a quorum that exists, as an observer.")
  boolean noInitialControllers;

  @Override
  public boolean accept(String option, String value) {
    switch (option) {
      case "-t", "--cluster-id" -> clusterId = value;
      case "-f", "--feature" -> features.add(value);
      case "-r", "--release-version" -> releaseVersion = value;
      case "-I", "--initial-controllers" -> initialControllers = value;
      default -> {
        return false;
      }
    }
    return true;
  }

  /// Levels by feature name, in the order given.
  Map<String, Short> featureLevels() {
    Map<String, Short> levels = new LinkedHashMap<>();
    for (String feature : features) {
      int equals = feature.indexOf('=');
      try {
        levels.put(feature.substring(0, equals), Short.valueOf(feature.substring(equals + 1)));
      } catch (IndexOutOfBoundsException | NumberFormatException _) {
        throw CommandFailure.usage(
            "--feature " + feature + " is not name=level",
            "for example: --feature kraft.version=1");
      }
    }
    return levels;
  }

  /// The same for the server room.
  ///
  /// @throws CommandFailure if the choices contradict each other
  FormatOptions options() {
    if (noInitialControllers && initialControllers != null) {
      throw CommandFailure.usage(
          "--initial-controllers and --no-initial-controllers exclude each other",
          "name the voters on a new quorum's members; name none on a node that joins");
    }
    return new FormatOptions(
        clusterId, initialControllers, noInitialControllers, featureLevels(), releaseVersion);
  }
}
