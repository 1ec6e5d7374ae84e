package io.millrace.runtime.virtual;

import io.millrace.runtime.Connection;
import io.millrace.runtime.ConnectionHandler;
import io.millrace.runtime.DiskFile;
import io.millrace.runtime.ReceiveBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Three nodes that store and pass on what they hear, while cables are cut and nodes die: something
/// with enough events to tell two runs apart. As a program it prints the trace's hash of a seed.
final class Chatter {

  private static final long MS = 1_000_000;
  private static final List<String> NAMES = List.of("n1", "n2", "n3");

  private final VirtualWorld world;

  private Chatter(long seed) {
    world = VirtualWorld.builder(seed).build();
  }

  public static void main(String[] arguments) {
    System.out.println(Long.toHexString(run(Long.parseLong(arguments[0]))));
  }

  static long run(long seed) {
    Chatter chatter = new Chatter(seed);
    NAMES.forEach(chatter::start);
    chatter.world.network().everyLink(link -> link.loss(0.05));
    for (int round = 0; round < 10; round++) {
      String victim = NAMES.get(round % 3);
      chatter.world.runFor(200 * MS);
      chatter.world.network().partition(List.of(victim));
      chatter.world.runFor(200 * MS);
      chatter.world.network().heal();
      if (round % 2 == 0) {
        chatter.world.node(victim).powerOff();
        chatter.start(victim);
      }
    }
    return chatter.world.trace().hash();
  }

  private void start(String name) {
    VirtualNode node = world.node(name);
    try {
      DiskFile file = node.disk().open(Path.of("/heard"));
      node.network().listen("", 9092, () -> new Talker(node, file));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    for (String other : NAMES) {
      call(node, other);
    }
  }

  private static void call(VirtualNode node, String other) {
    node.network().connect(node.loops().getFirst(), other, 9092, 50, new Caller(node, other));
  }

  /// Stores what it gets, and says it back a little later.
  private static final class Talker implements ConnectionHandler {
    private final VirtualNode node;
    private final DiskFile file;
    private @Nullable Connection connection;

    Talker(VirtualNode node, DiskFile file) {
      this.node = node;
      this.file = file;
    }

    @Override
    public void onOpen(Connection opened) {
      connection = opened;
    }

    @Override
    public int onReceive(ReceiveBuffer in) {
      ByteBuffer bytes = in.bytes().limit(in.writeIndex()).position(in.readIndex()).slice();
      try {
        file.write(bytes.duplicate(), file.size() % 100_000);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      node.workers()
          .execute(() -> {
            try {
              file.sync();
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          });
      in.readIndex(in.writeIndex());
      Connection to = connection;
      if (to != null) {
        to.loop()
            .schedule(
                MS,
                () -> {
                  to.reserve(8).putLong(node.clock().nanos());
                  to.commit();
                  to.flush();
                });
      }
      return 0;
    }

    @Override
    public void onReceiveComplete() {}

    @Override
    public void onWritable() {}

    @Override
    public void onClose(@Nullable Throwable cause) {}
  }

  /// Says random things, answers answers, calls again when cut off.
  private static final class Caller implements ConnectionHandler {
    private final VirtualNode node;
    private final String other;
    private final RandomGenerator random;
    private @Nullable Connection connection;
    private boolean speaking;

    Caller(VirtualNode node, String other) {
      this.node = node;
      this.other = other;
      this.random = node.entropy().stream("caller");
    }

    @Override
    public void onOpen(Connection opened) {
      connection = opened;
      say();
    }

    private void say() {
      speaking = false;
      Connection to = connection;
      if (to != null) {
        byte[] words = new byte[1 + random.nextInt(3000)];
        random.nextBytes(words);
        to.reserve(words.length).put(words);
        to.commit();
        to.flush();
      }
    }

    @Override
    public int onReceive(ReceiveBuffer in) {
      in.readIndex(in.writeIndex());
      if (!speaking) {
        speaking = true;
        node.loops().getFirst().schedule(2 * MS, this::say);
      }
      return 0;
    }

    @Override
    public void onReceiveComplete() {}

    @Override
    public void onWritable() {}

    @Override
    public void onClose(@Nullable Throwable cause) {
      node.loops().getFirst().schedule(10 * MS, () -> call(node, other));
    }
  }
}
