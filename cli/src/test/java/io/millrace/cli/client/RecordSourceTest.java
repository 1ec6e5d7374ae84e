package io.millrace.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cli.CommandFailure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordSourceTest {
  @Test
  void linesLoseTheirEndsAndNothingElse() throws IOException {
    assertThat(read("a\r\n b \n\nlast", false)).containsExactly("a", " b ", "", "last");
    assertThat(read("a\n", false)).containsExactly("a");
    assertThat(read("", false)).isEmpty();
  }

  @Test
  void anArrayGivesItsElementsAsTheyAreWritten() throws IOException {
    String array =
        " [ {\"a\":\"],}\\\"\",\"b\":[1, {}]} ,\n{\"a\" : 1}, \"text, [\", 12 , [ ] ,null ]\n";

    assertThat(read(array, true))
        .containsExactly(
            "{\"a\":\"],}\\\"\",\"b\":[1, {}]}", "{\"a\" : 1}", "\"text, [\"", "12", "[ ]", "null");
    assertThat(read("[]", true)).isEmpty();
    assertThat(read(" [ \n ] ", true)).isEmpty();
  }

  @Test
  void withoutABracketLinesAreRead() throws IOException {
    assertThat(read("{\"a\":1}\n{\"a\":2}\n", true)).containsExactly("{\"a\":1}", "{\"a\":2}");
  }

  @Test
  void aBracketIsPartOfALineWhereNoArrayIsExpected() throws IOException {
    assertThat(read("[1,2]\n", false)).containsExactly("[1,2]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "[{\"a\":1}", "[\"a", "[{\"a\":[1,2}", "[1,"})
  void anArrayThatEndsInTheMiddleFails(String torn) {
    assertThatThrownBy(() -> read(torn, true)).isInstanceOf(CommandFailure.class);
  }

  private static List<String> read(String text, boolean arrays) throws IOException {
    RecordSource source =
        RecordSource.of(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), arrays);
    List<String> records = new ArrayList<>();
    for (byte[] next = source.next(); next != null; next = source.next()) {
      records.add(new String(next, StandardCharsets.UTF_8));
    }
    return records;
  }
}
