package io.millrace.metadata.broker;

import io.millrace.metadata.controller.ControllerChannel;
import io.millrace.metadata.controller.ControllerReply;
import io.millrace.runtime.EventLoop;
import java.util.function.LongSupplier;
import org.apache.kafka.common.message.AllocateProducerIdsRequestData;
import org.apache.kafka.common.message.AllocateProducerIdsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Producer ids for InitProducerId, from blocks of 1,000 that the controller hands out. The next
/// block is asked for before the current one ends. Ids of a block that a restart left unused are
/// never given again.
///
/// A monitor: every loop takes ids from it.
public final class ProducerIds {

  private static final Logger LOG = LoggerFactory.getLogger(ProducerIds.class);

  /// The next block is fetched when no more than this many ids are left.
  private static final int PREFETCH_AT = 100;

  private static final long RETRY_NANOS = 50_000_000;

  private final EventLoop loop;
  private final ControllerChannel controller;
  private final int brokerId;
  private final LongSupplier brokerEpoch;
  private long nextId;
  private long endOfBlock;
  private long nextBlock;
  private long endOfNextBlock;
  private boolean fetching;

  /// @param loop where answers of the controller are taken in
  public ProducerIds(
      EventLoop loop, ControllerChannel controller, int brokerId, LongSupplier brokerEpoch) {
    this.loop = loop;
    this.controller = controller;
    this.brokerId = brokerId;
    this.brokerEpoch = brokerEpoch;
  }

  /// Fetches the first block, so that the first producer need not wait for it.
  public synchronized void prefetch() {
    maybeFetch();
  }

  /// Gives one id that no producer of the cluster has had, or −1 when none is at hand
  /// (COORDINATOR_LOAD_IN_PROGRESS for the client); the next block is then under way.
  public synchronized long next() {
    if (nextId == endOfBlock) {
      nextId = nextBlock;
      endOfBlock = endOfNextBlock;
      nextBlock = 0;
      endOfNextBlock = 0;
    }
    long id = nextId < endOfBlock ? nextId++ : -1;
    maybeFetch();
    return id;
  }

  private void maybeFetch() {
    if (!fetching && endOfNextBlock == 0 && endOfBlock - nextId <= PREFETCH_AT) {
      fetching = true;
      loop.execute(this::fetch);
    }
  }

  private void fetch() {
    if (brokerEpoch.getAsLong() < 0) {
      // Not registered yet.
      loop.schedule(RETRY_NANOS, this::fetch);
      return;
    }
    controller.send(
        new AllocateProducerIdsRequestData()
            .setBrokerId(brokerId)
            .setBrokerEpoch(brokerEpoch.getAsLong()),
        ApiKeys.ALLOCATE_PRODUCER_IDS.latestVersion(),
        loop,
        this::onReply);
  }

  private void onReply(ControllerReply reply) {
    if (reply instanceof ControllerReply.Answered(AllocateProducerIdsResponseData block)
        && block.errorCode() == Errors.NONE.code()) {
      take(block.producerIdStart(), block.producerIdLen());
    } else {
      LOG.info("No block of producer ids: {}", reply);
      loop.schedule(RETRY_NANOS, this::fetch);
    }
  }

  private synchronized void take(long start, int length) {
    fetching = false;
    if (nextId == endOfBlock) {
      nextId = start;
      endOfBlock = start + length;
    } else {
      nextBlock = start;
      endOfNextBlock = start + length;
    }
  }
}
