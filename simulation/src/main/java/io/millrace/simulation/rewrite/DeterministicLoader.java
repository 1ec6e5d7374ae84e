package io.millrace.simulation.rewrite;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.Enumeration;

/// Loads our classes and Kafka's anew, rewritten, so that a run shares no static state with another
/// and Kafka's part of it repeats itself. Everything else comes from the class path as usual.
public final class DeterministicLoader extends ClassLoader {

  private static final String KAFKA = "org.apache.kafka.";
  private static final String OURS = "io.millrace.";

  /// Starts a thread of its own; ours runs on a loop of the virtual world.
  private static final String QUEUE = "org.apache.kafka.queue.KafkaEventQueue";

  private static final String LOOP_QUEUE = LoopEventQueue.class.getName();

  /// Shared with the process, whose log settings hold for the runs too. It keeps loggers by their
  /// names and nothing of a run.
  private static final String LOGGING = "org.slf4j.";

  /// What the core and the tests' side of a run must agree on, so that it is loaded once.
  private final ClassLoader classPath;

  private final ClassChange change;

  static {
    registerAsParallelCapable();
  }

  public DeterministicLoader(ClassLoader classPath) {
    this(classPath, (_, classFile) -> classFile);
  }

  /// @param change for tests that plant bugs, to see whether a run finds them
  public DeterministicLoader(ClassLoader classPath, ClassChange change) {
    super("simulation", ClassLoader.getPlatformClassLoader());
    this.classPath = classPath;
    this.change = change;
  }

  /// Changes classes of ours and of Kafka's before they are defined. May be called by any thread.
  public interface ClassChange {
    /// @param name as in [Class#getName]
    /// @return the class file to use; the same where nothing is to change
    byte[] apply(String name, byte[] classFile);
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    if (name.startsWith(LOGGING)) {
      return classPath.loadClass(name);
    }
    if (!name.startsWith(KAFKA) && !name.startsWith(OURS) && !isLibrary(name)) {
      throw new ClassNotFoundException(name);
    }
    byte[] bytes = name.startsWith(QUEUE) ? queue(name) : bytes(name);
    if (name.startsWith(KAFKA)) {
      bytes = CallRewrite.apply(bytes);
    }
    if (name.startsWith(KAFKA) || name.startsWith(OURS)) {
      bytes = change.apply(name, bytes);
    }
    return defineClass(name, bytes, 0, bytes.length);
  }

  /// Libraries are loaded here too: they may hold on to classes of the run.
  private boolean isLibrary(String name) {
    return classPath.getResource(path(name)) != null;
  }

  private byte[] queue(String name) throws ClassNotFoundException {
    String ours = LOOP_QUEUE + name.substring(QUEUE.length());
    return ConstantNames.replace(
        bytes(ours), LOOP_QUEUE.replace('.', '/'), QUEUE.replace('.', '/'));
  }

  private byte[] bytes(String name) throws ClassNotFoundException {
    try (InputStream in = classPath.getResourceAsStream(path(name))) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }

  private static String path(String name) {
    return name.replace('.', '/') + ".class";
  }

  @Override
  protected URL findResource(String name) {
    return classPath.getResource(name);
  }

  @Override
  protected Enumeration<URL> findResources(String name) throws IOException {
    return classPath.getResources(name);
  }
}
