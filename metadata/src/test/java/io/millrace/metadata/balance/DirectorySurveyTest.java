package io.millrace.metadata.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.metadata.balance.DirectorySurvey.Outcome;
import io.millrace.runtime.virtual.VirtualNode;
import io.millrace.runtime.virtual.VirtualWorld;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metadata.RegisterBrokerRecord;
import org.apache.kafka.common.metadata.RegisterBrokerRecord.BrokerEndpoint;
import org.apache.kafka.common.metadata.RegisterBrokerRecord.BrokerEndpointCollection;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;
import org.junit.jupiter.api.Test;

/// Brokers that do not answer. Those who do are asked in simulation, by a cluster that balances
/// itself.
class DirectorySurveyTest {

  private static final long SECOND = 1_000_000_000;

  private final VirtualWorld world = VirtualWorld.builder(1).build();
  private final VirtualNode asking = world.node("asking");
  private final List<Outcome> outcomes = new ArrayList<>();
  private final MetadataDelta delta =
      new MetadataDelta.Builder().setImage(MetadataImage.EMPTY).build();

  @Test
  void withoutBrokersAllHaveAnswered() {
    ask();
    assertThat(outcomes).containsExactly(new Outcome.Told(Map.of()));
  }

  @Test
  void oneBrokerThatCannotBeReachedEndsTheSurveyOnce() {
    world.node("n4");
    world.node("n5");
    broker(4);
    broker(5);
    ask();
    assertThat(outcomes)
        .singleElement()
        .isInstanceOfSatisfying(
            Outcome.Silent.class, silent -> assertThat(silent.broker()).isEqualTo(4));
  }

  private void ask() {
    MetadataImage image = delta.apply(MetadataProvenance.EMPTY);
    new DirectorySurvey(asking, asking.loops().getFirst(), null).ask(image, outcomes::add);
    world.runFor(15 * SECOND);
  }

  private void broker(int id) {
    BrokerEndpointCollection endpoints = new BrokerEndpointCollection();
    endpoints.add(
        new BrokerEndpoint()
            .setName("PLAINTEXT")
            .setHost("n" + id)
            .setPort(9092)
            .setSecurityProtocol((short) 0));
    delta.replay(
        new RegisterBrokerRecord()
            .setBrokerId(id)
            .setBrokerEpoch(7)
            .setIncarnationId(new Uuid(1, id))
            .setEndPoints(endpoints)
            .setFenced(false));
  }
}
