package io.millrace.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cli.CommandFailure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PortsTest {
  @Test
  void nodesFollowTheBasePortAndControllersAndMetricsLieAbove() {
    assertThat(Ports.from(19092, 3))
        .containsExactly(
            new Ports(19092, 19192, 19292),
            new Ports(19093, 19193, 19293),
            new Ports(19094, 19194, 19294));
  }

  @Test
  void aBasePortWithoutRoomIsRefused() {
    assertThatThrownBy(() -> Ports.from(65_500, 3)).isInstanceOf(CommandFailure.class);
    assertThatThrownBy(() -> Ports.from(0, 1)).isInstanceOf(CommandFailure.class);
    assertThatThrownBy(() -> Ports.from(1_000, 101)).isInstanceOf(CommandFailure.class);
  }

  @Test
  void freePortsAreAllDifferent() {
    List<Ports> ports = Ports.free(5);

    assertThat(
            ports.stream()
                .flatMap(each -> Stream.of(each.client(), each.controller(), each.metrics())))
        .hasSize(15)
        .doesNotHaveDuplicates();
  }

  @Test
  void aPortInUseIsNotFree() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(Ports.isFree(socket.getLocalPort())).isFalse();
    }
  }
}
