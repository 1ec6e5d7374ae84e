package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {
  @Test
  void versionNamesMillraceAndTheKafkaProtocol() {
    CommandRun run = CommandRun.of("--version");

    assertThat(run.status()).isZero();
    assertThat(run.out()).startsWith("millrace 0.").contains("Kafka protocol 4.");
  }

  @Test
  void withoutWordsShowsEveryCommand() {
    CommandRun run = CommandRun.of();

    assertThat(run.status()).isZero();
    assertThat(run.out())
        .contains("dev", "start", "cluster", "topic", "produce", "consume", "group", "config");
    assertThat(run.out()).doesNotContain("aot-train");
  }

  @Test
  void onlyTheNamedCommandIsLoaded() {
    Console console =
        Console.to(
            new ByteArrayInputStream(new byte[0]),
            OutputStream.nullOutputStream(),
            OutputStream.nullOutputStream());

    assertThat(CommandLines.commandLine(console, "dev").getSubcommands()).containsOnlyKeys("dev");
    assertThat(CommandLines.commandLine(console, "--version").getSubcommands()).isEmpty();
  }

  @Test
  void everyCommandHasHelpWithADescription() {
    Console console =
        Console.to(
            new ByteArrayInputStream(new byte[0]),
            OutputStream.nullOutputStream(),
            OutputStream.nullOutputStream());
    List<String> without = new ArrayList<>();
    collect(CommandLines.commandLine(console, ""), without);

    assertThat(without).isEmpty();
  }

  private static void collect(CommandLine line, List<String> without) {
    for (Map.Entry<String, CommandLine> entry : line.getSubcommands().entrySet()) {
      CommandLine command = entry.getValue();
      if (!command.getCommandSpec().usageMessage().hidden()
          && command.getCommandSpec().usageMessage().description().length == 0) {
        without.add(command.getCommandSpec().qualifiedName());
      }
      collect(command, without);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "clustr",
        "dev --prot 1",
        "cluster",
        "cluster kill --dir /nowhere",
        "topic create",
        "start",
        "start -c /nowhere/server.properties",
        "start --set novalue",
        "cluster status --dir /nowhere",
        "cluster start --dir /nowhere --nodes 0",
        "topic list -b nonsense",
        "group reset-offsets g --to-earliest --to-latest",
        "log dump /nowhere"
      })
  void wrongUseExitsWithTwoAndSaysWhatToDo(String line) {
    CommandRun run = CommandRun.of(line.split(" "));

    assertThat(run.status()).isEqualTo(ExitCode.USAGE);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("millrace: ").contains("\n  ");
  }

  @ParameterizedTest
  @CsvSource({"clustr,cluster", "stat,start", "consumer,consume"})
  void aTypingErrorGetsASuggestion(String typed, String meant) {
    assertThat(CommandRun.of(typed).err()).contains(meant);
  }

  @Test
  void anUnreachableClusterExitsWithThree() {
    CommandRun run = CommandRun.of("topic", "list", "-b", "127.0.0.1:1");

    assertThat(run.status()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(run.err()).contains("nobody answers on 127.0.0.1:1", "millrace dev");
  }
}
