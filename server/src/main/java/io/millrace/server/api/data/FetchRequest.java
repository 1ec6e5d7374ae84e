package io.millrace.server.api.data;

import io.millrace.replication.FetchPartition;
import io.millrace.server.request.WireReader;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.requests.FetchMetadata;
import org.jspecify.annotations.Nullable;

/// A Fetch request, versions 4 to 18, decoded by hand.
final class FetchRequest {

  private static final int CONSUMER = -1;

  final short version;
  int replicaId = CONSUMER;
  long replicaEpoch = -1;

  /// Of the consumer, for a replica near to it; empty for none.
  String rackId = "";

  int maxWaitMs;
  int minBytes;
  int maxBytes = Integer.MAX_VALUE;
  boolean readCommitted;
  int sessionId = FetchMetadata.INVALID_SESSION_ID;
  int sessionEpoch = FetchMetadata.FINAL_EPOCH;
  List<FetchPartition> partitions = List.of();
  List<FetchPartition> forgotten = List.of();

  private FetchRequest(short version) {
    this.version = version;
  }

  boolean flexible() {
    return version >= 12;
  }

  boolean topicIds() {
    return version >= 13;
  }

  boolean fromFollower() {
    return replicaId >= 0;
  }

  static FetchRequest read(WireReader in, short version) {
    FetchRequest request = new FetchRequest(version);
    request.read(in);
    return request;
  }

  private void read(WireReader in) {
    if (version < 15) {
      replicaId = in.int32();
    }
    maxWaitMs = in.int32();
    minBytes = in.int32();
    maxBytes = in.int32();
    readCommitted = in.int8() == 1;
    if (version >= 7) {
      sessionId = in.int32();
      sessionEpoch = in.int32();
    }
    partitions = readTopics(in);
    if (version >= 7) {
      forgotten = readForgotten(in);
    }
    if (version >= 11) {
      String rack = in.nullableString(flexible());
      rackId = rack == null ? "" : rack;
    }
    if (flexible()) {
      readTags(in);
    }
  }

  private List<FetchPartition> readTopics(WireReader in) {
    int topics = in.arrayLength(flexible(), 5);
    if (topics <= 0) {
      return List.of();
    }
    List<FetchPartition> read = new ArrayList<>();
    for (; topics > 0; topics--) {
      String topic = readTopicName(in);
      Uuid id = readTopicId(in);
      for (int n = in.arrayLength(flexible(), 16); n > 0; n--) {
        read.add(readPartition(in, topic, id));
      }
      if (flexible()) {
        in.skipTaggedFields();
      }
    }
    return read;
  }

  private @Nullable String readTopicName(WireReader in) {
    if (topicIds()) {
      return null;
    }
    String name = in.nullableString(flexible());
    return name == null ? "" : name;
  }

  private Uuid readTopicId(WireReader in) {
    return topicIds() ? in.uuid() : Uuid.ZERO_UUID;
  }

  private FetchPartition readPartition(WireReader in, @Nullable String topic, Uuid id) {
    FetchPartition partition = new FetchPartition(topic, id, in.int32());
    if (version >= 9) {
      partition.currentLeaderEpoch = in.int32();
    }
    partition.fetchOffset = in.int64();
    if (version >= 12) {
      partition.lastFetchedEpoch = in.int32();
    }
    if (version >= 5) {
      partition.logStartOffset = in.int64();
    }
    partition.maxBytes = in.int32();
    if (flexible()) {
      in.skipTaggedFields(); // replica directory id, high watermark: of replicas
    }
    return partition;
  }

  private List<FetchPartition> readForgotten(WireReader in) {
    int topics = in.arrayLength(flexible(), 5);
    if (topics <= 0) {
      return List.of();
    }
    List<FetchPartition> read = new ArrayList<>();
    for (; topics > 0; topics--) {
      String topic = readTopicName(in);
      Uuid id = readTopicId(in);
      for (int n = in.arrayLength(flexible(), 4); n > 0; n--) {
        read.add(new FetchPartition(topic, id, in.int32()));
      }
      if (flexible()) {
        in.skipTaggedFields();
      }
    }
    return read;
  }

  private void readTags(WireReader in) {
    for (int n = in.taggedFields(); n > 0; n--) {
      int tag = in.unsignedVarint();
      int size = in.unsignedVarint();
      if (tag == 1 && version >= 15) {
        int before = in.remaining();
        replicaId = in.int32();
        replicaEpoch = in.int64();
        in.skipTaggedFields();
        in.skip(size - (before - in.remaining()));
      } else {
        in.skip(size);
      }
    }
  }
}
