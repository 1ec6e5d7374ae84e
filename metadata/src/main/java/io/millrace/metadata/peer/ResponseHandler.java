package io.millrace.metadata.peer;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;

/// Gets the end of one request: exactly one of the two methods is called, once, on the connection's
/// loop.
public interface ResponseHandler {

  /// An answer has come.
  ///
  /// @param version that the request was sent in
  /// @param body what follows the response header. Lent: the memory is the connection's receive
  ///   buffer and is reused after the call. It may be changed
  /// @throws MalformedResponseException when the body is none of its API; [#onFailure] follows then
  void onResponse(short version, ByteBuffer body);

  void onFailure(PeerFailure failure);

  /// Reads an answer's body in place: byte buffers and records of the message lie in `body`.
  ///
  /// @throws MalformedResponseException when it cannot be read
  static ApiMessage read(ApiKeys api, short version, ByteBuffer body) {
    ApiMessage message = ApiMessageType.fromApiKey(api.id).newResponse();
    try {
      message.read(new ByteBufferAccessor(body), version);
    } catch (RuntimeException e) {
      throw new MalformedResponseException("an answer to " + api + " version " + version, e);
    }
    return message;
  }

  /// For those who want the answer as a message of its own memory.
  static ResponseHandler parsed(
      ApiKeys api, Consumer<ApiMessage> onMessage, Consumer<PeerFailure> onFailure) {
    return new ResponseHandler() {
      @Override
      public void onResponse(short version, ByteBuffer body) {
        byte[] own = new byte[body.remaining()];
        body.get(own);
        onMessage.accept(read(api, version, ByteBuffer.wrap(own)));
      }

      @Override
      public void onFailure(PeerFailure failure) {
        onFailure.accept(failure);
      }
    };
  }
}
