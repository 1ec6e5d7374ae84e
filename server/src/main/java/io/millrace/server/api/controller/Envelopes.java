package io.millrace.server.api.controller;

import io.millrace.metadata.peer.MalformedResponseException;
import io.millrace.metadata.peer.ResponseHandler;
import io.millrace.server.request.Request;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.PrincipalDeserializationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.EnvelopeRequestData;
import org.apache.kafka.common.message.EnvelopeResponseData;
import org.apache.kafka.common.network.ClientInformation;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.apache.kafka.common.requests.ResponseHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.KafkaPrincipalSerde;
import org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder;

/// What is inside Kafka's Envelope, both ways: requests and answers with their headers, as they
/// would stand on the client's own connection.
///
/// An answer bears one field more than Kafka's: tag [#COMMITTED_OFFSET_TAG], 8 bytes, the last
/// committed offset of the metadata log. Kafka's brokers skip it; ours answer their client when
/// their own image holds it.
final class Envelopes {

  static final int COMMITTED_OFFSET_TAG = 10_000;

  private static final KafkaPrincipalSerde PRINCIPALS =
      new DefaultKafkaPrincipalBuilder(null, null);

  private Envelopes() {}

  /// A request taken out of its envelope.
  record Opened(Request request, ApiMessage body) {}

  static EnvelopeRequestData wrap(Request request, ApiMessage body) {
    RequestHeader header = request.header();
    return new EnvelopeRequestData()
        .setRequestData(
            RequestUtils.serialize(
                header.data(), header.headerVersion(), body, header.apiVersion()))
        .setRequestPrincipal(PRINCIPALS.serialize(request.principal()))
        .setClientHostAddress(request.peer().getAddress());
  }

  /// Takes the client's request out.
  ///
  /// @throws RuntimeException of Kafka's, as its `EnvelopeUtils` throws it
  static Opened open(Request envelope, EnvelopeRequestData body) {
    KafkaPrincipal principal;
    try {
      principal = PRINCIPALS.deserialize(body.requestPrincipal());
    } catch (RuntimeException e) {
      throw new PrincipalDeserializationException(
          "Failed to deserialize client principal from envelope", e);
    }
    InetAddress address;
    try {
      address = InetAddress.getByAddress(body.clientHostAddress());
    } catch (UnknownHostException e) {
      throw new InvalidRequestException("Failed to parse client address from envelope", e);
    }
    ByteBuffer buffer = body.requestData().duplicate();
    RequestHeader header;
    ApiMessage inner;
    try {
      header = RequestHeader.parse(buffer);
      inner =
          AbstractRequest.parseRequest(
                  header.apiKey(), header.apiVersion(), new ByteBufferAccessor(buffer))
              .request
              .data();
    } catch (RuntimeException e) {
      // Kafka's code for it, which tells it from faults of the envelope itself.
      throw new UnsupportedVersionException("Failed to parse the request in the envelope", e);
    }
    if (!header.apiKey().forwardable) {
      throw new InvalidRequestException(
          "API " + header.apiKey() + " is not enabled or is not eligible for forwarding");
    }
    RequestContext outer = envelope.context();
    RequestContext context =
        new RequestContext(
            header,
            outer.connectionId,
            address,
            Optional.empty(),
            principal,
            outer.listenerName,
            outer.securityProtocol,
            ClientInformation.EMPTY,
            outer.fromPrivilegedListener,
            Optional.of(PRINCIPALS));
    return new Opened(
        new Request(context, envelope.connection(), envelope.listener(), envelope.receivedMs()),
        inner);
  }

  /// Puts an answer to an opened request into an envelope.
  static EnvelopeResponseData answer(Request request, ApiMessage response, long committedOffset) {
    RequestHeader header = request.header();
    ResponseHeader responseHeader = header.toResponseHeader();
    EnvelopeResponseData envelope =
        new EnvelopeResponseData()
            .setResponseData(
                RequestUtils.serialize(
                    responseHeader.data(),
                    responseHeader.headerVersion(),
                    response,
                    header.apiVersion()));
    byte[] offset = ByteBuffer.allocate(Long.BYTES).putLong(committedOffset).array();
    envelope.unknownTaggedFields().add(new RawTaggedField(COMMITTED_OFFSET_TAG, offset));
    return envelope;
  }

  /// The answer to `request` in an envelope without an error.
  ///
  /// @throws MalformedResponseException when it is not that
  static ApiMessage unwrap(Request request, EnvelopeResponseData envelope) {
    RequestHeader header = request.header();
    ByteBuffer bytes = envelope.responseData();
    if (bytes == null) {
      throw new MalformedResponseException("an envelope with neither answer nor error", null);
    }
    ByteBuffer buffer = bytes.duplicate();
    try {
      int correlationId =
          ResponseHeader.parse(buffer, header.apiKey().responseHeaderVersion(header.apiVersion()))
              .correlationId();
      if (correlationId != header.correlationId()) {
        throw new MalformedResponseException("an envelope with the answer to another", null);
      }
    } catch (BufferUnderflowException e) {
      throw new MalformedResponseException("an envelope with a cut answer", e);
    }
    return ResponseHandler.read(header.apiKey(), header.apiVersion(), buffer);
  }

  /// −1 when it does not say.
  static long committedOffset(EnvelopeResponseData envelope) {
    for (RawTaggedField field : envelope.unknownTaggedFields()) {
      if (field.tag() == COMMITTED_OFFSET_TAG && field.size() == Long.BYTES) {
        return ByteBuffer.wrap(field.data()).getLong();
      }
    }
    return -1;
  }
}
