package io.millrace.simulation;

import io.millrace.simulation.scenario.Scenario;
import java.util.Arrays;

/// Runs one seed in a process of its own and prints the story: the last line is `trace <hash>`. The
/// exit status is 0 only where nothing failed. For the determinism test, and for looking at a run
/// without the command line.
///
/// Arguments: seed, then words of a scenario.
public final class SimulationRun {

  private SimulationRun() {}

  public static void main(String[] args) {
    String words = String.join(" ", Arrays.copyOfRange(args, 1, args.length));
    RunResult result =
        new RunLoader().run(Long.parseLong(args[0]), Scenario.parse(words).toString());
    result.story().forEach(System.out::println);
    System.out.println(result.summary());
    System.out.printf("trace %016x%n", result.trace());
    System.exit(result.failed() ? 1 : 0);
  }
}
