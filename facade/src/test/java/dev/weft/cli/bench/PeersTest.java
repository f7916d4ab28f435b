package dev.weft.cli.bench;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.InputException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PeersTest {
  @ParameterizedTest
  @ValueSource(strings = {"openblas", "mkl", "onnxruntime"})
  void saysHowToGetWhatIsMissing(String name) {
    assertThatThrownBy(() -> Peers.of(List.of()).get(name))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(name + " can't be used")
        .hasMessageContaining("./weft bench")
        .hasMessageMatching("(?s).*:" + name + "(-platform|-platform-redist|):.*");
  }

  @Test
  void namesThePeersThatThereAre() {
    assertThatThrownBy(() -> Peers.of(List.of()).get("cublas"))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("'cublas'")
        .hasMessageContaining("copy, mkl, onnxruntime, openblas");
  }
}
