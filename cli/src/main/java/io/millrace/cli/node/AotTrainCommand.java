package io.millrace.cli.node;

import io.millrace.cli.Console;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// `millrace aot-train`: the run that the AOT cache is made from. The launcher calls it.
@Command(name = "aot-train", hidden = true)
public final class AotTrainCommand implements Callable<Integer> {
  private final Console console;

  public AotTrainCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    console.flush();
    return 0;
  }
}
