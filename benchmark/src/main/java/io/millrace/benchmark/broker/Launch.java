package io.millrace.benchmark.broker;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// How the JVM of a broker is started.
///
/// @param command the JVM itself and its arguments, so that the process begun is the broker
/// @param workingDirectory where it runs
/// @param environment variables added to ours
/// @param output the file that receives its output
/// @param address where its clients connect
/// @param logDirectory where the partitions lie
public record Launch(
    List<String> command,
    Path workingDirectory,
    Map<String, String> environment,
    Path output,
    InetSocketAddress address,
    Path logDirectory) {}
