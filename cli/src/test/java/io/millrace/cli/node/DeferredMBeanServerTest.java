package io.millrace.cli.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import javax.management.InstanceAlreadyExistsException;
import javax.management.InstanceNotFoundException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MBeanServerDelegate;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

class DeferredMBeanServerTest {
  private final MBeanServer server =
      new DeferredMBeanServer().newMBeanServer("test", null, new MBeanServerDelegate());
  private final ObjectName name;

  DeferredMBeanServerTest() throws JMException {
    name = new ObjectName("test:type=Counter");
  }

  @Test
  void whoAsksFindsWhatWasRegisteredBefore() throws JMException {
    server.registerMBean(ManagementFactory.getRuntimeMXBean(), name);

    assertThat(server.getAttribute(name, "Pid")).isEqualTo(ProcessHandle.current().pid());
    assertThat(server.getMBeanCount()).isEqualTo(2);
  }

  @Test
  void aNameIsTakenOnce() throws JMException {
    server.registerMBean(ManagementFactory.getRuntimeMXBean(), name);
    assertThatThrownBy(() -> server.registerMBean(ManagementFactory.getRuntimeMXBean(), name))
        .isInstanceOf(InstanceAlreadyExistsException.class);
  }

  @Test
  void failuresComeAsTheServersOwn() throws JMException {
    server.registerMBean(ManagementFactory.getRuntimeMXBean(), name);
    server.unregisterMBean(name);
    assertThat(server.isRegistered(name)).isFalse();
    assertThatThrownBy(() -> server.getAttribute(name, "Pid"))
        .isInstanceOf(InstanceNotFoundException.class);
  }
}
