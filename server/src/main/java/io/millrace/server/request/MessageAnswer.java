package io.millrace.server.request;

import io.millrace.runtime.Connection;
import java.nio.ByteBuffer;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.AbstractResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The answer to an API that goes through Kafka's message classes.
final class MessageAnswer extends Answer implements Responder {

  private static final Logger LOG = LoggerFactory.getLogger(MessageAnswer.class);

  private final WireConnection connection;
  private final Request request;
  private final AbstractRequest parsed;
  private @Nullable ApiMessage response;
  private boolean answered;

  MessageAnswer(WireConnection connection, Request request, AbstractRequest parsed) {
    this.connection = connection;
    this.request = request;
    this.parsed = parsed;
  }

  @Override
  public void respond(ApiMessage message) {
    onLoop(() -> accept(message));
  }

  @Override
  public void fail(Throwable cause) {
    onLoop(() -> {
      connection.context().traffic().onFailure(request.api().id);
      ApiMessage message = failure(cause);
      if (message == null) {
        LOG.warn(
            "{} from {} failed and has no answer for that: closing",
            request.api(),
            request.peer(),
            cause);
        connection.close();
      } else {
        accept(message);
      }
    });
  }

  private @Nullable ApiMessage failure(Throwable thrown) {
    Throwable cause = ErrorResponses.unwrap(thrown);
    if (!(cause instanceof org.apache.kafka.common.errors.ApiException)) {
      connection.counters().onHandlerFault();
      LOG.error("{} v{} from {} failed", request.api(), request.version(), request.peer(), cause);
    }
    try {
      AbstractResponse error = parsed.getErrorResponse(0, cause);
      return error == null ? null : error.data();
    } catch (RuntimeException e) {
      // Some of Kafka's classes cannot refuse what they can read, such as a null list.
      LOG.debug("no error answer for {} v{}", request.api(), request.version(), e);
      return null;
    }
  }

  private void onLoop(Runnable step) {
    if (connection.loop().inLoop()) {
      step.run();
    } else {
      connection.context().mailbox().post(step);
    }
  }

  private void accept(ApiMessage message) {
    if (answered) {
      LOG.error("second answer to {} v{} dropped", request.api(), request.version());
      return;
    }
    answered = true;
    response = message;
    connection.ready(this);
  }

  @Override
  protected void encode(Connection out) {
    ApiMessage message = response;
    if (message == null) {
      throw new IllegalStateException("not answered");
    }
    short headerVersion = request.api().responseHeaderVersion(request.version());
    write(
        out,
        request.api(),
        headerVersion,
        request.header().correlationId(),
        request.version(),
        message);
  }

  private static void write(
      Connection out,
      ApiKeys api,
      short headerVersion,
      int correlationId,
      short version,
      ApiMessage message) {
    ObjectSerializationCache cache = new ObjectSerializationCache();
    ResponseHeaderData header = new ResponseHeaderData().setCorrelationId(correlationId);
    int size = header.size(cache, headerVersion) + message.size(cache, version);
    ByteBuffer buffer = out.reserve(4 + size);
    buffer.putInt(size);
    ByteBufferAccessor writable = new ByteBufferAccessor(buffer);
    header.write(writable, cache, headerVersion);
    message.write(writable, cache, version);
    if (buffer.hasRemaining()) {
      throw new IllegalStateException(
          api + " answer: " + buffer.remaining() + " bytes short of its size");
    }
    out.commit();
  }

  @Override
  protected void discard() {}
}
