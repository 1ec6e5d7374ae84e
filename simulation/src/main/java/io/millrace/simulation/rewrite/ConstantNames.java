package io.millrace.simulation.rewrite;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/// Renames a class in a class file: every name and descriptor is a UTF-8 constant, so replacing it
/// there replaces it everywhere. Format: JVMS 4.4.
final class ConstantNames {

  private ConstantNames() {}

  static byte[] replace(byte[] classFile, String from, String to) {
    try {
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(classFile));
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(classFile.length + 64);
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeLong(in.readLong()); // magic, minor, major
      int count = in.readUnsignedShort();
      out.writeShort(count);
      for (int i = 1; i < count; i++) {
        int tag = in.readUnsignedByte();
        out.writeByte(tag);
        if (tag == 1) {
          out.writeUTF(in.readUTF().replace(from, to));
        } else {
          out.write(in.readNBytes(size(tag)));
          // Longs and doubles take two places.
          i += tag == 5 || tag == 6 ? 1 : 0;
        }
      }
      in.transferTo(out);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int size(int tag) {
    return switch (tag) {
      case 3, 4, 9, 10, 11, 12, 17, 18 -> 4;
      case 5, 6 -> 8;
      case 7, 8, 16, 19, 20 -> 2;
      case 15 -> 3;
      default -> throw new IllegalArgumentException("constant tag " + tag);
    };
  }
}
