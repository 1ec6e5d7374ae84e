package io.millrace.cli.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cli.Console;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/// What is read without picocli means what picocli would read.
class PlainStartTest {
  private final Console console =
      Console.to(
          new ByteArrayInputStream(new byte[0]),
          OutputStream.nullOutputStream(),
          OutputStream.nullOutputStream());

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-c f --set a=b --set c=d=e -t ID -f x=1 -f y=2 -r 4.3-IV0 -I 1@h:1:d",
        "--config f --cluster-id=ID --feature x=1 --release-version 4.3-IV0",
        "--config=f --set=a=b --initial-controllers=1@h:1:d",
        ""
      })
  void startReadsWhatPicocliReads(String line) {
    String[] words = line.isEmpty() ? new String[0] : line.split(" ");
    var expected = new StartCommand(console);
    new CommandLine(expected).parseArgs(words);

    var read = (StartCommand) PlainStart.of(console, withName("start", words));

    assertThat(read)
        .usingRecursiveComparison()
        .comparingOnlyFields("config", "assignments", "format")
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-p 1 -d x --set a=b", "--port 1 --dir x", "--port=1 --dir=x", ""})
  void devReadsWhatPicocliReads(String line) {
    String[] words = line.isEmpty() ? new String[0] : line.split(" ");
    var expected = new DevCommand(console);
    new CommandLine(expected).parseArgs(words);

    var read = (DevCommand) PlainStart.of(console, withName("dev", words));

    assertThat(read)
        .usingRecursiveComparison()
        .comparingOnlyFields("port", "dir", "assignments")
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dev --help",
        "dev --port x",
        "dev --port",
        "dev word",
        "start -c",
        "start -N -c f",
        "start --prot=1",
        "start -cfile",
        "topic list",
        "--version"
      })
  void whatIsNotPlainIsLeftToPicocli(String line) {
    assertThat(PlainStart.of(console, line.split(" "))).isNull();
  }

  @Test
  void anEmptyLineIsNoStart() {
    assertThat(PlainStart.of(console)).isNull();
  }

  private static String[] withName(String name, String... words) {
    String[] line = new String[words.length + 1];
    line[0] = name;
    System.arraycopy(words, 0, line, 1, words.length);
    return line;
  }
}
