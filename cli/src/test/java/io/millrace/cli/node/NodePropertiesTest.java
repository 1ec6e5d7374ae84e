package io.millrace.cli.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cli.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodePropertiesTest {
  @TempDir Path directory = Path.of("");

  @Test
  void laterAssignmentsWinAndMayBeEmpty() throws IOException {
    Path file = Files.writeString(directory.resolve("s"), "a=1\n# note\nb = two words \nc=3\n");
    Map<String, String> properties = NodeProperties.read(file);

    NodeProperties.override(properties, List.of("a=2", "a=x=y", "c="));

    assertThat(properties)
        .containsExactly(Map.entry("a", "x=y"), Map.entry("b", "two words"), Map.entry("c", ""));
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatThrownBy(() -> NodeProperties.read(directory.resolve("none")))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("none")
        .hasMessageContaining("no such file");
  }

  @Test
  void devBindsTheLoopbackAddressOnly() {
    assertThat(NodeProperties.local(1, 9092, 9192, directory).get("listeners"))
        .isEqualTo("PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9192");
  }

  @Test
  void devDataLiesWhereTheDesktopStandardSays() {
    assertThat(DevCommand.defaultDirectory(Map.of("XDG_DATA_HOME", "/data", "HOME", "/home/a")))
        .isEqualTo(Path.of("/data/millrace/dev"));
    assertThat(DevCommand.defaultDirectory(Map.of("HOME", "/home/a")))
        .isEqualTo(Path.of("/home/a/.local/share/millrace/dev"));
  }

  @Test
  void featuresAreNamesAndLevels() {
    var format = new FormatChoices();
    format.features = List.of("kraft.version=1", "group.version=0");
    assertThat(format.featureLevels())
        .containsExactly(
            Map.entry("kraft.version", (short) 1), Map.entry("group.version", (short) 0));

    format.features = List.of("kraft.version");
    assertThatThrownBy(format::featureLevels)
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("kraft.version");
  }

  @Test
  void initialControllersAndNoneExcludeEachOther() {
    var format = new FormatChoices();
    format.initialControllers = "1@localhost:9093:AAAAAAAAAAAAAAAAAAAAAA";
    format.noInitialControllers = true;

    assertThatThrownBy(format::options).isInstanceOf(CommandFailure.class);
  }
}
