package io.millrace.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class OsProcessTest {
  private Process sleeper = ProcessFixture.sleeping();
  private OsProcess process = OsProcess.of(sleeper.pid());

  @BeforeEach
  void runs() {
    assertThat(process.state()).isEqualTo(OsProcess.State.RUNNING);
  }

  @AfterEach
  void end() {
    sleeper.destroyForcibly();
  }

  @Test
  void pausesAndResumes() {
    process.signal("STOP");
    await(OsProcess.State.PAUSED);
    process.signal("CONT");
    await(OsProcess.State.RUNNING);
  }

  @Test
  void isGoneAfterAKill() throws InterruptedException {
    process.signal("KILL");

    assertThat(process.awaitEnd(TimeUnit.SECONDS.toMillis(20))).isTrue();
    assertThat(process.state()).isEqualTo(OsProcess.State.GONE);
  }

  @Test
  void anotherProcessUnderTheSamePidIsNotTakenForIt() {
    assertThat(new OsProcess(process.pid(), "long ago").state()).isEqualTo(OsProcess.State.GONE);
    assertThat(new OsProcess(0, "").state()).isEqualTo(OsProcess.State.GONE);
  }

  private void await(OsProcess.State expected) {
    while (process.state() != expected) {
      Thread.onSpinWait();
    }
  }

  /// A process that does nothing.
  private static final class ProcessFixture {
    static Process sleeping() {
      try {
        return new ProcessBuilder("sleep", "60").start();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }
}
