package io.millrace.server;

import io.millrace.server.metrics.Exposition;
import io.millrace.server.metrics.Exposition.Kind;
import io.millrace.server.metrics.MetricSource;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.SortedMap;
import java.util.TreeMap;

/// This process and its JVM, by the names of Prometheus' Java client; and what each thread, the
/// event loops among them, has worked.
///
/// Asks the JVM when it is scraped, so that nothing is counted on the way.
final class ProcessFigures implements MetricSource {

  @Override
  public void write(Exposition out) {
    if (ManagementFactory.getOperatingSystemMXBean()
        instanceof com.sun.management.UnixOperatingSystemMXBean system) {
      out.single(
          "process_cpu_seconds_total",
          Kind.COUNTER,
          "CPU time of this process.",
          system.getProcessCpuTime() / 1e9);
      out.single(
          "process_open_fds",
          Kind.GAUGE,
          "Open files and sockets.",
          system.getOpenFileDescriptorCount());
      out.single("process_max_fds", Kind.GAUGE, "Their limit.", system.getMaxFileDescriptorCount());
    }
    out.single(
        "process_start_time_seconds",
        Kind.GAUGE,
        "When this process started, seconds since 1970.",
        ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3);
    memory(out);
    collections(out);
    threads(out);
  }

  private static void memory(Exposition out) {
    var memory = ManagementFactory.getMemoryMXBean();
    MemoryUsage heap = memory.getHeapMemoryUsage();
    MemoryUsage other = memory.getNonHeapMemoryUsage();
    out.family("jvm_memory_used_bytes", Kind.GAUGE, "Memory in use.")
        .sample(heap.getUsed(), "area", "heap")
        .sample(other.getUsed(), "area", "nonheap");
    out.family("jvm_memory_committed_bytes", Kind.GAUGE, "Memory taken from the system.")
        .sample(heap.getCommitted(), "area", "heap")
        .sample(other.getCommitted(), "area", "nonheap");
    out.family("jvm_memory_max_bytes", Kind.GAUGE, "Its limit, -1 for none.")
        .sample(heap.getMax(), "area", "heap")
        .sample(other.getMax(), "area", "nonheap");
  }

  private static void collections(Exposition out) {
    out.family("jvm_gc_collection_seconds_count", Kind.COUNTER, "Garbage collections.");
    for (GarbageCollectorMXBean gc : ManagementFactory.getGarbageCollectorMXBeans()) {
      out.sample(gc.getCollectionCount(), "gc", gc.getName());
    }
    out.family("jvm_gc_collection_seconds_sum", Kind.COUNTER, "Time spent in them.");
    for (GarbageCollectorMXBean gc : ManagementFactory.getGarbageCollectorMXBeans()) {
      out.sample(gc.getCollectionTime() / 1e3, "gc", gc.getName());
    }
  }

  private static void threads(Exposition out) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    SortedMap<String, Double> seconds = new TreeMap<>();
    for (long id : threads.getAllThreadIds()) {
      ThreadInfo thread = threads.getThreadInfo(id);
      long nanos = threads.getThreadCpuTime(id);
      if (thread != null && nanos >= 0) {
        seconds.merge(thread.getThreadName(), nanos / 1e9, Double::sum);
      }
    }
    out.family(
        "millrace_thread_cpu_seconds_total",
        Kind.COUNTER,
        "CPU time by thread; loops are the threads that serve connections.");
    seconds.forEach((name, value) -> out.sample(value, "thread", name));
  }
}
