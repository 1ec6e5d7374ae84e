package io.millrace.server.api;

import io.millrace.server.request.ApiHandler;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.message.SaslHandshakeResponseData;
import org.apache.kafka.common.protocol.Errors;

/// What is said to a client that begins SASL where there is none (or no more).
final class SaslHandlers {

  private SaslHandlers() {}

  static final ApiHandler<SaslHandshakeRequestData> HANDSHAKE =
      (_, _, out) ->
          out.respond(
              new SaslHandshakeResponseData().setErrorCode(Errors.ILLEGAL_SASL_STATE.code()));

  static final ApiHandler<SaslAuthenticateRequestData> AUTHENTICATE =
      (_, _, out) ->
          out.respond(
              new SaslAuthenticateResponseData()
                  .setErrorCode(Errors.ILLEGAL_SASL_STATE.code())
                  .setErrorMessage(
                      "SaslAuthenticate request received after successful authentication"));
}
