package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonTest {
  @Test
  void readsBackWhatItWrote() throws IOException {
    Object value =
        Json.object(
            "text", "a \"b\"\n", "list", List.of(1L, true, 2.5), "object", Json.object("k", "v"));

    assertThat(Json.read(Json.write(value))).isEqualTo(value);
  }

  @Test
  void keepsTheOrderOfNames() {
    assertThat(Json.write(Json.object("z", 1, "a", 2))).isEqualTo("{\"z\":1,\"a\":2}");
  }

  @Test
  void refusesWhatIsNoJson() {
    assertThatThrownBy(() -> Json.read("{\"a\":")).isInstanceOf(IOException.class);
  }
}
