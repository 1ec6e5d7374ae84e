package io.millrace.simulation.audit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What administrators were told of the settings of running brokers, and what every broker must
/// show in the end (`AcknowledgedSettingStays`): for each scope the value that was acknowledged
/// last, or one that was asked for and never answered; in force is its own, else the default of
/// all, else that of its file.
public final class SettingsLedger {

  /// The scope of what holds for all brokers that have nothing of their own.
  public static final String ALL = "";

  /// In place of a value that is taken away.
  public static final String NONE = "(none)";

  private final Map<String, Map<String, Due<String>>> scopes = new TreeMap<>();
  private long changes;

  /// A setting as a broker shows it.
  ///
  /// @param own what is set for this broker, [#NONE] without
  /// @param ofAll what is set for all brokers, [#NONE] without
  /// @param inForce what it works with
  public record Shown(String name, String own, String ofAll, @Nullable String inForce) {

    private boolean isConsistent() {
      String first = own.equals(NONE) ? ofAll : own;
      return first.equals(NONE) || first.equals(inForce);
    }
  }

  private Due<String> of(String scope, String name) {
    return scopes
        .computeIfAbsent(scope, _ -> new TreeMap<>())
        .computeIfAbsent(
            name,
            _ -> {
              Due<String> due = new Due<>();
              due.acknowledged(NONE);
              return due;
            });
  }

  /// @param scope a broker's id, or [#ALL]
  public void setting(String scope, String name, String value) {
    of(scope, name).asked(value);
  }

  public void set(String scope, String name, String value) {
    changes++;
    of(scope, name).acknowledged(value);
  }

  /// Acknowledged changes.
  public long changes() {
    return changes;
  }

  /// What is wrong with what a broker shows of all settings that were ever asked for, null when
  /// nothing is. A broker may be a moment behind.
  public @Nullable String difference(String broker, Collection<Shown> shown) {
    List<String> wrong = new ArrayList<>();
    for (Shown one : shown) {
      Due<String> own = of(broker, one.name());
      Due<String> ofAll = of(ALL, one.name());
      if (!own.allows(one.own()) || !ofAll.allows(one.ofAll()) || !one.isConsistent()) {
        wrong.add(
            String.format("broker %s shows %s, due are %s, of all %s", broker, one, own, ofAll));
      }
    }
    return wrong.isEmpty() ? null : wrong.getFirst();
  }

  /// @throws InvariantBroken with what [#difference] found
  public static void broken(String difference) {
    throw new InvariantBroken("AcknowledgedSettingStays", difference);
  }
}
