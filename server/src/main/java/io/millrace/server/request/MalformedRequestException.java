package io.millrace.server.request;

/// The bytes of a request do not follow the protocol. The connection that sent them is closed:
/// there is no telling where the next request starts, or what its sender understands.
public final class MalformedRequestException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public MalformedRequestException(String message) {
    super(message);
  }
}
