/// The APIs that carry or describe data: Produce and Fetch, decoded and encoded by hand straight
/// from and to the connection's buffers; ListOffsets, OffsetForLeaderEpoch, DeleteRecords,
/// InitProducerId, DescribeProducers, DescribeLogDirs through Kafka's message classes.
///
/// Handlers run on the connection's loop and reach partitions through their guards. Data-plane
/// dialect: nothing is allocated that grows with the records.
@NullMarked
package io.millrace.server.api.data;

import org.jspecify.annotations.NullMarked;
