package io.millrace.simulation.audit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/// What administrators were told of the topics that they made, and what must be there in the end.
///
/// - `AcknowledgedChangeStays`: a topic whose creation was acknowledged is there with its id, with
///   the partitions and the setting that were acknowledged last, or with what was asked for later
///   and never answered; a topic whose deletion was acknowledged is not.
/// - `IdsAreUnique`: no topic has the id that another had.
public final class AdminLedger {

  private enum Presence {
    THERE,
    DOUBTFUL,
    GONE
  }

  private final Map<String, Topic> topics = new TreeMap<>();
  private final Map<Uuid, String> ids = new LinkedHashMap<>();
  private long changes;

  private static final class Topic {
    Presence presence = Presence.DOUBTFUL;
    Uuid id = Uuid.ZERO_UUID;

    final Due<Integer> partitions = new Due<>();
    final Due<String> setting = new Due<>();
  }

  /// A topic as a broker shows it.
  ///
  /// @param setting the value that [#setting] changes, null where it has the default
  public record Shown(Uuid id, int partitions, @Nullable String setting) {}

  private Topic of(String name) {
    return topics.computeIfAbsent(name, _ -> new Topic());
  }

  /// A change is asked for: from now on it may be there.
  public void creating(String name, int partitions) {
    of(name).partitions.asked(partitions);
  }

  public void deleting(String name) {
    of(name).presence = Presence.DOUBTFUL;
  }

  public void growing(String name, int partitions) {
    of(name).partitions.asked(partitions);
  }

  public void setting(String name, String value) {
    of(name).setting.asked(value);
  }

  /// A change is acknowledged: it must be there.
  public void created(String name, int partitions, Uuid id) {
    changes++;
    Topic topic = of(name);
    topic.presence = Presence.THERE;
    topic.id = id;
    topic.partitions.acknowledged(partitions);
    String other = ids.putIfAbsent(id, name);
    if (other != null && !other.equals(name)) {
      throw new InvariantBroken("IdsAreUnique", name + " has the id of " + other + ": " + id);
    }
  }

  public void deleted(String name) {
    changes++;
    of(name).presence = Presence.GONE;
  }

  public void grown(String name, int partitions) {
    changes++;
    Due<Integer> due = of(name).partitions;
    due.acknowledged(partitions);
    // Topics do not shrink: what asked for fewer comes to nothing now.
    due.forgetDoubts(fewer -> fewer < partitions);
  }

  public void set(String name, String value) {
    changes++;
    of(name).setting.acknowledged(value);
  }

  /// A change is refused for good: this request will never bring it.
  public void notGrown(String name, int partitions) {
    of(name).partitions.refused(partitions);
  }

  /// Acknowledged changes.
  public long changes() {
    return changes;
  }

  /// The topics that may be worked with: those that are there for certain.
  public List<String> there() {
    List<String> names = new ArrayList<>();
    topics.forEach((name, topic) -> {
      if (topic.presence == Presence.THERE) {
        names.add(name);
      }
    });
    return names;
  }

  /// All names that were ever asked for.
  public List<String> names() {
    return List.copyOf(topics.keySet());
  }

  /// What is wrong with what a broker shows, null when nothing is. A broker may be a moment behind.
  public @Nullable String difference(Map<String, Shown> shown) {
    for (Map.Entry<String, Topic> entry : topics.entrySet()) {
      String wrong = difference(entry.getValue(), shown.get(entry.getKey()));
      if (wrong != null) {
        return entry.getKey() + " " + wrong;
      }
    }
    return null;
  }

  private static @Nullable String difference(Topic topic, @Nullable Shown found) {
    return switch (topic.presence) {
      case DOUBTFUL -> null;
      case GONE -> found == null ? null : "was deleted and is there: " + found;
      case THERE -> {
        if (found == null) {
          yield "was created and is not there";
        }
        if (!topic.id.equals(found.id())) {
          yield "was created with the id " + topic.id + " and has " + found.id();
        }
        if (!topic.partitions.allows(found.partitions())) {
          yield "has " + found.partitions() + " partitions, due are " + topic.partitions;
        }
        yield topic.setting.allows(found.setting())
            ? null
            : "is set to " + found.setting() + ", due is " + topic.setting;
      }
    };
  }

  /// @throws InvariantBroken with what [#difference] found
  public static void broken(String difference) {
    throw new InvariantBroken("AcknowledgedChangeStays", difference);
  }
}
