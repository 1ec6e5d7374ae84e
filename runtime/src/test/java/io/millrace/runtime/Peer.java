package io.millrace.runtime;

import java.io.ByteArrayOutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A connection's owner for tests: takes every byte, tells when something awaited has happened, and
/// lets a test run code on its loop.
public class Peer implements ConnectionHandler {

  public final CompletableFuture<Connection> opened = new CompletableFuture<>();

  /// Done when closed: the reason, or null.
  public final CompletableFuture<@Nullable Throwable> closed = new CompletableFuture<>();

  public final CompletableFuture<Void> writable = new CompletableFuture<>();

  protected final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private int awaited = Integer.MAX_VALUE;
  private CompletableFuture<byte[]> arrived = new CompletableFuture<>();
  protected @Nullable Connection connection;

  /// Done with all bytes so far once there are that many.
  public CompletableFuture<byte[]> received(int count) {
    CompletableFuture<byte[]> future = new CompletableFuture<>();
    run(c -> {
      awaited = count;
      arrived = future;
      tell();
    });
    return future;
  }

  /// Runs code on the connection's loop once it is open.
  public CompletableFuture<Void> run(Consumer<Connection> code) {
    return opened.thenCompose(c -> {
      CompletableFuture<Void> done = new CompletableFuture<>();
      c.loop()
          .execute(() -> {
            try {
              code.accept(c);
              done.complete(null);
            } catch (Throwable e) {
              done.completeExceptionally(e);
            }
          });
      return done;
    });
  }

  public CompletableFuture<Void> send(byte[] message) {
    return run(c -> {
      c.reserve(message.length).put(message);
      c.commit();
      c.flush();
    });
  }

  @Override
  public void onOpen(Connection c) {
    connection = c;
    opened.complete(c);
  }

  @Override
  public int onReceive(ReceiveBuffer in) {
    while (in.readableBytes() > 0) {
      bytes.write(in.bytes().get(in.readIndex()));
      in.readIndex(in.readIndex() + 1);
    }
    return 0;
  }

  @Override
  public void onReceiveComplete() {
    tell();
  }

  private void tell() {
    if (bytes.size() >= awaited) {
      arrived.complete(bytes.toByteArray());
    }
  }

  @Override
  public void onWritable() {
    writable.complete(null);
  }

  @Override
  public void onClose(@Nullable Throwable cause) {
    closed.complete(cause);
  }
}
