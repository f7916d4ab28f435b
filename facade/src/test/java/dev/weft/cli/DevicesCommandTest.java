package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.runtime.Devices;
import org.junit.jupiter.api.Test;

class DevicesCommandTest {
  @Test
  void listsEveryBackendOnceWithDevicesOrAReason() {
    JsonNode json = Cli.run("devices", "--json", "-").succeeded().json();
    assertThat(json.path("best").asText()).isEqualTo(Devices.installed().list().getFirst().name());
    assertThat(json.path("backends")).hasSize(Devices.installed().probe().size());
    for (JsonNode backend : json.path("backends")) {
      boolean found = backend.path("devices").size() > 0;
      boolean explained =
          !backend.path("missing").asText().isEmpty() && !backend.path("remedy").asText().isEmpty();
      assertThat(found ^ explained).as(backend.toString()).isTrue();
    }
  }

  @Test
  void theInterpreterIsEverywhere() {
    assertThat(Cli.run("devices").succeeded().out())
        .contains("interpreter: Weft reference interpreter", "shared memory", "float32");
  }
}
