package io.millrace.benchmark.row;

import io.millrace.benchmark.failover.Blow;
import io.millrace.benchmark.failover.ClusterStartRow;
import io.millrace.benchmark.failover.ControllerRow;
import io.millrace.benchmark.failover.FailoverRow;
import io.millrace.benchmark.failover.TakeoverRow;
import io.millrace.benchmark.replicated.ReplicatedRow;
import io.millrace.benchmark.replicated.SteadyRow;
import io.millrace.benchmark.wire.Payload;
import java.util.List;
import org.apache.kafka.common.compress.Compression;

/// All rows, in the order of the table.
public final class Rows {
  private static final int BULK_CONNECTIONS = 6;
  private static final int SMALL_CONNECTIONS = 16;
  private static final int DEPTH = 5;
  private static final int JSON_RECORDS = 800;

  private Rows() {}

  public static List<Row> all() {
    Payload small = Payload.random(100, 1);
    return List.of(
        new ProduceRow(
            "produce-1k",
            "produce records of 1 KiB in batches of 64 KiB, 6 connections, 5 in flight",
            Payload.randomBatch(1024),
            BULK_CONNECTIONS,
            DEPTH),
        new ProduceRow(
            "produce-100b",
            "produce records of 100 B in batches of 64 KiB, 6 connections, 5 in flight",
            Payload.randomBatch(100),
            BULK_CONNECTIONS,
            DEPTH),
        new ProduceRow(
            "produce-lz4",
            "produce 800 JSON records a batch, lz4 (sizes before compression), 6 connections",
            Payload.json(Compression.lz4().build(), JSON_RECORDS),
            BULK_CONNECTIONS,
            DEPTH),
        new ProduceRow(
            "produce-zstd",
            "produce 800 JSON records a batch, zstd (sizes before compression), 6 connections",
            Payload.json(Compression.zstd().build(), JSON_RECORDS),
            BULK_CONNECTIONS,
            DEPTH),
        new ProduceRow(
            "small-1",
            "produce one record of 100 B a request, 16 connections, 1 in flight",
            small,
            SMALL_CONNECTIONS,
            1),
        new ProduceRow(
            "small-5",
            "produce one record of 100 B a request, 16 connections, 5 in flight",
            small,
            SMALL_CONNECTIONS,
            DEPTH),
        new FetchRow(),
        new GroupsRow(),
        new PacedRow(
            "latency",
            "2,000 records/s of 100 B, one a request: from due to its arrival at the consumer"
                + " (a request is one record, produced and consumed)",
            small,
            2_000),
        new PacedRow(
            "million",
            "1,000,000 records/s of 100 B in 2,000 batches/s: from due to its arrival at the"
                + " consumer (a request is one batch, produced and consumed)",
            Payload.random(100, 500),
            2_000),
        new PartitionsRow(),
        new StartRow(),
        new IdleRow(),
        new RestartRow(),
        new CommitsRow(),
        new ReplicatedRow(ReplicatedRow.Pace.BULK),
        new ReplicatedRow(ReplicatedRow.Pace.LATENCY),
        new SteadyRow(),
        new FailoverRow(Blow.BROKER),
        new FailoverRow(Blow.CONTROLLER),
        new FailoverRow(Blow.ROLLING),
        new FailoverRow(Blow.FROZEN),
        new FailoverRow(Blow.FROZEN_CONTROLLER),
        new ControllerRow(),
        new TakeoverRow(),
        new ClusterStartRow(true),
        new ClusterStartRow(false));
  }
}
