package io.millrace.cli.client;

import io.millrace.cli.Console;
import io.millrace.cli.JsonOption;
import io.millrace.cli.Logging;
import io.millrace.cli.Progress;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// A command that asks the cluster something through Kafka's admin client, and shows progress while
/// it waits. Also the base of the commands in [io.millrace.cli.operate].
@Command(mixinStandardHelpOptions = true)
public abstract class AdminCommand implements Callable<Integer> {
  protected final Console console;

  @Mixin protected ClientOptions client = new ClientOptions();
  @Mixin protected JsonOption json = new JsonOption();

  /// What the progress line says; any thread.
  protected volatile String progress = "";

  protected AdminCommand(Console console) {
    this.console = console;
  }

  @Override
  public final Integer call() {
    Logging.forCommand(console.err());
    Map<String, Object> config = client.connect();
    progress = "waiting for " + client.bootstrap;
    try (var _ = Progress.show(console, () -> progress);
        Admin admin = Admin.create(config)) {
      return run(admin);
    } catch (KafkaException e) {
      throw Failures.of(client.bootstrap, e);
    }
  }

  /// Does the work.
  ///
  /// @return an exit status
  protected abstract int run(Admin admin);
}
