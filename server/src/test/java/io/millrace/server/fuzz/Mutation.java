package io.millrace.server.fuzz;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/// Breaks bytes the way that breaks parsers: flipped bits, lengths that lie, pieces cut out,
/// doubled or taken from elsewhere.
final class Mutation {

  private static final int MOST_BYTES = 1 << 20;

  private static final int[] TELLING = {
    0,
    1,
    -1,
    2,
    127,
    128,
    255,
    256,
    32_767,
    65_535,
    65_536,
    1 << 20,
    Integer.MAX_VALUE,
    Integer.MAX_VALUE - 1,
    Integer.MIN_VALUE,
    -2
  };

  /// Unsigned varints that lie: the largest, one of more than five bytes, a few in between.
  private static final byte[][] VARINTS = {
    {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f},
    {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x07},
    {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x01},
    {(byte) 0x80, (byte) 0x80, 0x40},
    {(byte) 0xff, 0x7f},
    {0}
  };

  private final RandomGenerator random;
  private byte[] other = {};

  Mutation(RandomGenerator random) {
    this.random = random;
  }

  /// Breaks a copy of `input` in one to four ways.
  byte[] of(byte[] input) {
    byte[] bytes = input.clone();
    for (int n = 1 + random.nextInt(4); n > 0; n--) {
      bytes = once(bytes);
    }
    if (random.nextInt(8) == 0) {
      other = input;
    }
    return bytes;
  }

  private byte[] once(byte[] bytes) {
    if (bytes.length == 0) {
      return new byte[] {(byte) random.nextInt()};
    }
    int at = random.nextInt(bytes.length);
    int length = 1 + random.nextInt(Math.min(64, bytes.length - at));
    return switch (random.nextInt(9)) {
      case 0, 1 -> {
        bytes[at] ^= (byte) (1 << random.nextInt(8));
        yield bytes;
      }
      case 2, 3 -> {
        if (bytes.length - at >= 4) {
          ByteBuffer.wrap(bytes).putInt(at, TELLING[random.nextInt(TELLING.length)]);
        }
        yield bytes;
      }
      case 4 -> {
        byte[] varint = VARINTS[random.nextInt(VARINTS.length)];
        System.arraycopy(varint, 0, bytes, at, Math.min(varint.length, bytes.length - at));
        yield bytes;
      }
      case 5 -> Arrays.copyOf(bytes, at);
      case 6 -> splice(bytes, at, at + length, new byte[0], 0);
      case 7 ->
          splice(bytes, at, at, Arrays.copyOfRange(bytes, at, at + length), random.nextInt(64));
      default -> splice(bytes, at, at, other, 1);
    };
  }

  private static byte[] splice(byte[] bytes, int from, int to, byte[] piece, int times) {
    long size = bytes.length - (to - from) + (long) piece.length * times;
    if (size > MOST_BYTES) {
      return bytes;
    }
    ByteBuffer result = ByteBuffer.allocate((int) size).put(bytes, 0, from);
    for (int i = 0; i < times; i++) {
      result.put(piece);
    }
    return result.put(bytes, to, bytes.length - to).array();
  }
}
