package io.millrace.metadata.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class VolumeTest {

  @Test
  void directoriesOfOneFileSystemCountOnce() {
    assertThat(Volume.of(List.of(new Volume(100_000, 50_000), new Volume(100_000, 49_500))))
        .isEqualTo(new Volume(100_000, 50_000));
  }

  @Test
  void disksAddUp() {
    assertThat(Volume.of(List.of(new Volume(100_000, 50_000), new Volume(100_000, 10_000))))
        .isEqualTo(new Volume(200_000, 60_000));
  }

  @Test
  void whatABrokerDoesNotTellIsUnknown() {
    assertThat(Volume.of(List.of(new Volume(-1, -1)))).isEqualTo(Volume.UNKNOWN);
    assertThat(Volume.of(List.of())).isEqualTo(Volume.UNKNOWN);
  }
}
