package io.millrace.cli.client;

import io.millrace.cli.CommandFailure;
import io.millrace.cli.ExitCode;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/// Turns what Kafka's clients throw into failures with a remedy.
public final class Failures {
  private Failures() {}

  /// The future's value.
  ///
  /// @param what what was tried, as the start of the message: `topic flights`
  /// @throws CommandFailure if it failed
  public static <T> T await(String what, KafkaFuture<T> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw of(what, e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCode.FAILED, what + ": interrupted", "", e);
    }
  }

  /// The value of the future that a client gave for `key`.
  public static <K, T> T await(String what, Map<K, KafkaFuture<T>> futures, K key) {
    return await(what, of(futures, key));
  }

  /// Whether the future for `key` failed with an error of this kind. Waits for it.
  public static <K, T> boolean failedWith(
      Class<? extends Exception> kind, Map<K, KafkaFuture<T>> futures, K key) {
    try {
      of(futures, key).get();
      return false;
    } catch (ExecutionException e) {
      return kind.isInstance(e.getCause());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static <K, T> KafkaFuture<T> of(Map<K, KafkaFuture<T>> futures, K key) {
    return Objects.requireNonNull(futures.get(key), () -> "no answer for " + key);
  }

  /// The failure for something that a client threw.
  public static CommandFailure of(String what, Throwable thrown) {
    if (thrown instanceof CommandFailure failure) {
      return failure;
    }
    int exit =
        switch (thrown) {
          case TimeoutException _ -> ExitCode.UNREACHABLE;
          case ConfigException _ -> ExitCode.USAGE;
          default -> ExitCode.FAILED;
        };
    String reason = thrown.getMessage() == null ? thrown.toString() : thrown.getMessage();
    return new CommandFailure(exit, what + ": " + reason, remedy(thrown), thrown);
  }

  private static String remedy(Throwable thrown) {
    return switch (thrown) {
      case UnknownTopicOrPartitionException _ ->
          "see what there is: millrace topic list; make it: millrace topic create NAME";
      case TopicExistsException _ -> "--if-not-exists makes this a success";
      case GroupIdNotFoundException _ -> "see what there is: millrace group list";
      case GroupNotEmptyException _ -> "end the group's consumers first";
      case InvalidReplicationFactorException _ ->
          "a replication factor needs that many running brokers";
      case TimeoutException _ ->
          "is the node running, and can its advertised address be reached? --timeout waits longer";
      case AuthenticationException _ -> "give credentials by --command-config FILE";
      case AuthorizationException _ -> "ask for the right, or use other credentials";
      case UnsupportedVersionException _ -> "the cluster does not offer this yet";
      case ConfigException _ -> "check -X and --command-config";
      default -> "";
    };
  }
}
