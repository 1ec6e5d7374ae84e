package io.millrace.cli.node;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MBeanServerBuilder;
import javax.management.MBeanServerDelegate;
import javax.management.ObjectInstance;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/// Builds the MBean server of this process so that beans are looked into only when somebody asks
/// for one: until then a registration is only remembered.
///
/// Kafka's controller metrics bring up the JVM's platform beans whether or not anybody reads JMX,
/// and examining those by reflection takes longer than all else that the controller does to start
/// (docs/decisions/0009). Whoever attaches, such as `jconsole`, finds every bean as ever.
///
/// In force where the system property `javax.management.builder.initial` names this class.
public final class DeferredMBeanServer extends MBeanServerBuilder {

  /// Makes this builder the one of this process; without effect once it has an MBean server.
  static void install() {
    System.setProperty("javax.management.builder.initial", DeferredMBeanServer.class.getName());
  }

  @Override
  public MBeanServer newMBeanServer(
      String defaultDomain, @Nullable MBeanServer outer, MBeanServerDelegate delegate) {
    return (MBeanServer)
        Proxy.newProxyInstance(
            MBeanServer.class.getClassLoader(),
            new Class<?>[] {MBeanServer.class},
            new Deferral(self -> super.newMBeanServer(defaultDomain, self, delegate)));
  }

  @FunctionalInterface
  private interface Opening {
    MBeanServer behind(MBeanServer outer);
  }

  /// Remembers registrations until the first call that is none, then passes everything on.
  private static final class Deferral implements InvocationHandler {
    private final Opening opening;
    private final Map<ObjectName, Object> registered = new LinkedHashMap<>();
    private volatile @Nullable MBeanServer opened;

    Deferral(Opening opening) {
      this.opening = opening;
    }

    @Override
    public @Nullable Object invoke(
        Object self, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
      if (opened == null
          && method.getName().equals("registerMBean")
          && arguments != null
          && arguments[0] instanceof Object bean
          && arguments[1] instanceof ObjectName name) {
        ObjectInstance remembered = remember(bean, name);
        if (remembered != null) {
          return remembered;
        }
      }
      try {
        return method.invoke(open((MBeanServer) self), arguments);
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }

    private synchronized @Nullable ObjectInstance remember(Object bean, ObjectName name)
        throws InstanceAlreadyExistsException {
      if (opened != null) {
        return null;
      }
      if (registered.putIfAbsent(name, bean) != null) {
        throw new InstanceAlreadyExistsException(name.toString());
      }
      return new ObjectInstance(name, bean.getClass().getName());
    }

    private synchronized MBeanServer open(MBeanServer self) throws JMException {
      MBeanServer server = opened;
      if (server == null) {
        server = opening.behind(self);
        for (Map.Entry<ObjectName, Object> entry : registered.entrySet()) {
          server.registerMBean(entry.getValue(), entry.getKey());
        }
        registered.clear();
        opened = server;
      }
      return server;
    }
  }
}
