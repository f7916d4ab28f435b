package dev.weft.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.Tensor;
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
    Times times = new Rounds(3).measure(List.of(slow, fast), () -> turns.add("|"));
    int start = turns.indexOf("|") - 2;
    // Each sample follows a run that does not count.
    assertThat(String.join(" ", turns.subList(start, turns.size())))
        .isEqualTo("slow slow | fast fast | fast fast | slow slow | slow slow | fast fast |");
    assertThat(times.of(slow).count()).isEqualTo(3);
  }

  @Test
  void aRatioIsTheMedianOfTheRoundsRatios() {
    Sleeper weft = new Sleeper("weft", 0, List.of());
    Sleeper peer = new Sleeper("peer", 0, List.of());
    // In the second round the machine was three times as slow: each ratio is 2 all the same.
    Times times =
        new Times(Map.of(weft, new double[] {10, 30, 11}, peer, new double[] {20, 60, 22}));
    assertThat(times.ratio(peer, weft)).isEqualTo(2);
    assertThat(times.ratio(weft, peer)).isEqualTo(0.5);
    assertThat(times.of(peer).median()).isEqualTo(22);
    assertThatThrownBy(() -> times.of(new Sleeper("other", 0, List.of())))
        .hasMessageContaining("other");
  }
}
