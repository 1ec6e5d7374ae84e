package io.millrace.server.api.data;

import io.millrace.metadata.broker.ProducerIds;
import io.millrace.server.request.ApiHandler;
import io.millrace.server.request.Request;
import io.millrace.server.request.Responder;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.Errors;

/// InitProducerId, versions 0 to 5, for idempotent producers. A transactional id is answered
/// UNSUPPORTED_VERSION until there are transactions: a retriable error would let clients hang.
public final class InitProducerIdHandler implements ApiHandler<InitProducerIdRequestData> {

  private final ProducerIds ids;

  public InitProducerIdHandler(ProducerIds ids) {
    this.ids = ids;
  }

  @Override
  public void handle(Request request, InitProducerIdRequestData body, Responder out) {
    InitProducerIdResponseData response =
        new InitProducerIdResponseData().setProducerId(-1).setProducerEpoch((short) -1);
    if (body.transactionalId() != null) {
      Errors error =
          body.transactionalId().isEmpty() ? Errors.INVALID_REQUEST : Errors.UNSUPPORTED_VERSION;
      out.respond(response.setErrorCode(error.code()));
      return;
    }
    long id = ids.next();
    if (id < 0) {
      out.respond(response.setErrorCode(Errors.COORDINATOR_LOAD_IN_PROGRESS.code()));
    } else {
      out.respond(response.setProducerId(id).setProducerEpoch((short) 0));
    }
  }
}
