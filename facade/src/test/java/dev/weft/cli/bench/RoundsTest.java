package dev.weft.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.Tensor;
import dev.weft.cli.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RoundsTest {
  /** Waits; notes its turns. */
  private record Sleeper(String name, int millis, List<String> turns) implements Contestant {
    @Override
    public void run(int times) {
      turns.add(name);
      try {
        Thread.sleep((long) millis * times);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public Tensor result() {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }

  @Test
  void contestantsTakeTurns() {
    List<String> turns = new ArrayList<>();
    Sleeper slow = new Sleeper("slow", 30, turns);
    Sleeper fast = new Sleeper("fast", 3, turns);
    Map<Contestant, Samples> samples =
        new Rounds(3).measure(List.of(slow, fast), () -> turns.add("|"));
    int start = turns.indexOf("|") - 2;
    // Each sample follows a run that does not count.
    assertThat(String.join(" ", turns.subList(start, turns.size())))
        .isEqualTo("slow slow | fast fast | fast fast | slow slow | slow slow | fast fast |");
    assertThat(samples.get(slow)).extracting(Samples::count).isEqualTo(3);
  }
}
