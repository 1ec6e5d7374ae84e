package io.millrace.runtime.real;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.runtime.ReceiveBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What connections hold while a request of theirs is unfinished.
class ReceiveMemoryTest {

  private static final int CONNECTIONS = 1_000;

  private final LoopMemory memory = new LoopMemory();
  private final List<Receiver> receivers = new ArrayList<>();

  /// One connection's memory, as Netty and a handler use it.
  private final class Receiver {
    private final ReceiveMemory held = new ReceiveMemory(memory);
    private final RecvByteBufAllocator.ExtendedHandle reads = held.newHandle();
    private final ReceiveBuffer shown = new ReceiveBuffer(ByteBuffer.allocate(0));

    Receiver() {
      receivers.add(this);
    }

    /// One read of `bytes`, of which the handler takes `taken`.
    void receive(byte[] bytes, int taken, int frameBytes) {
      ByteBuf into = reads.allocate(UnpooledByteBufAllocator.DEFAULT);
      into.writeBytes(bytes);
      into.release();
      held.show(shown);
      shown.readIndex(shown.readIndex() + taken);
      held.handled(shown.readIndex(), frameBytes);
      held.settle();
    }

    byte[] unfinished() {
      held.show(shown);
      byte[] bytes = new byte[shown.readableBytes()];
      shown.bytes().get(shown.readIndex(), bytes);
      return bytes;
    }
  }

  @AfterEach
  void nothingIsLentInTheEnd() {
    receivers.forEach(receiver -> receiver.held.release());
    assertThat(memory.bytesLent()).isZero();
    memory.close();
  }

  private static byte[] bytes(int from, int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) (from + i);
    }
    return bytes;
  }

  @Test
  void manySlowConnectionsHoldLittleMoreThanWhatTheyHaveSent() {
    for (int i = 0; i < CONNECTIONS; i++) {
      new Receiver().receive(bytes(i, 7), 2, 100_000);
    }

    long standard = (LoopMemory.KEPT + 1L) * LoopMemory.STANDARD_BYTES;
    assertThat(memory.bytesLent()).isLessThan(standard + CONNECTIONS * 1_024L);
    for (int i = 0; i < CONNECTIONS; i++) {
      assertThat(receivers.get(i).unfinished()).isEqualTo(bytes(i + 2, 5));
    }
  }

  @Test
  void whatMovedToLittleMemoryGoesOnInMuch() {
    for (int i = 0; i < CONNECTIONS; i++) {
      new Receiver().receive(bytes(i, 10), 0, 200_000);
    }
    Receiver last = receivers.getLast();
    last.receive(bytes(CONNECTIONS - 1 + 10, 20_000), 0, 200_000);
    assertThat(last.unfinished()).isEqualTo(bytes(CONNECTIONS - 1, 20_010));

    last.receive(bytes(0, 100), 20_110, 0);
    assertThat(last.unfinished()).isEmpty();
  }

  @Test
  void aFewKeepTheirPlaceInStandardMemory() {
    Receiver receiver = new Receiver();
    receiver.receive(bytes(0, 10), 0, 0);

    assertThat(memory.bytesLent()).isEqualTo(LoopMemory.STANDARD_BYTES);
    assertThat(receiver.unfinished()).isEqualTo(bytes(0, 10));
  }
}
