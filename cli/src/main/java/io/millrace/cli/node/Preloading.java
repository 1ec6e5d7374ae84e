package io.millrace.cli.node;

import io.millrace.metadata.RecordComparisons;
import java.lang.management.ManagementFactory;

/// What a node needs later in its start and what takes long, begun on threads of its own while the
/// start goes its way. Whoever needs it meanwhile waits, as for any initialization.
final class Preloading {
  private static final String SELECTORS = "java.nio.channels.spi.SelectorProvider";

  private Preloading() {}

  /// Begins; returns at once.
  static void begin() {
    DeferredMBeanServer.install();
    nameTheSelectors();
    run("preload-records", RecordComparisons::link);
    run("preload-jmx", ManagementFactory::getPlatformMBeanServer);
  }

  /// Java would look for selectors of somebody else's in every jar before it takes its own.
  private static void nameTheSelectors() {
    if (System.getProperty("os.name").equals("Linux") && System.getProperty(SELECTORS) == null) {
      System.setProperty(SELECTORS, "sun.nio.ch.EPollSelectorProvider");
    }
  }

  private static void run(String name, Runnable work) {
    Thread.ofPlatform().daemon().name(name).start(work);
  }
}
