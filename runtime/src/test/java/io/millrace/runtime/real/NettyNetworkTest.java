package io.millrace.runtime.real;

import io.millrace.runtime.NetworkContract;
import io.millrace.runtime.Stage;
import org.junit.jupiter.api.Nested;

class NettyNetworkTest {

  @Nested
  class OnEpoll extends NetworkContract {
    @Override
    protected Stage open() {
      return new RealStage(true);
    }

    @Override
    protected String host() {
      return "127.0.0.1";
    }
  }

  @Nested
  class OnNio extends NetworkContract {
    @Override
    protected Stage open() {
      return new RealStage(false);
    }

    @Override
    protected String host() {
      return "localhost";
    }
  }
}
