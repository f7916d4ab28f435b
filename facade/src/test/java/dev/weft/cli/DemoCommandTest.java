package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

class DemoCommandTest {
  @Test
  void runsOnTheInterpreter() {
    Cli cli = Cli.run("demo", "--device", "interpreter").succeeded();
    assertThat(cli.out())
        .contains("device: interpreter")
        .contains("This is a 7")
        .contains("10 of 10 pictures classified correctly")
        .contains("10 of 10 outputs as the reference interpreter's")
        .contains("10 of 10 outputs as bundled with the model")
        .contains("median run");
  }

  @Test
  void figures() {
    JsonNode json = Cli.run("demo", "--device", "interpreter", "--json", "-").succeeded().json();
    assertThat(json.path("pictures")).hasSize(10);
    for (JsonNode picture : json.path("pictures")) {
      assertThat(picture.path("prediction").asInt()).isEqualTo(picture.path("digit").asInt());
    }
    assertThat(json.path("times").path("run").path("median_ms").asDouble()).isPositive();
  }
}
