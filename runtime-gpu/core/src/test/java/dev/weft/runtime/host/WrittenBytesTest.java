package dev.weft.runtime.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WrittenBytesTest {
  @Test
  void rangesAreKeptAsASetOfBytesWould() {
    Random random = new Random(5);
    WrittenBytes written = WrittenBytes.none(200);
    BitSet expected = new BitSet();
    for (int trial = 0; trial < 2000; trial++) {
      int from = random.nextInt(200);
      int length = random.nextInt(201 - from);
      if (trial % 50 == 49) {
        written.view(from, length).clear();
        expected.clear(from, from + length);
      } else if (length < 70) {
        written.add(from, length);
        expected.set(from, from + length);
      }
      int at = random.nextInt(190);
      assertThat(written.contains(at, 10)).isEqualTo(expected.nextClearBit(at) >= at + 10);
      assertThat(written.isComplete()).isEqualTo(expected.cardinality() == 200);
    }
    assertThatThrownBy(() -> written.add(150, 51)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void copiesOfWhatNobodyWroteAreNotWritten() {
    WrittenBytes from = WrittenBytes.none(16);
    from.add(4, 4);
    WrittenBytes to = WrittenBytes.none(16);
    to.add(0, 16);
    to.copy(0, from, 0, 8);
    assertThat(to.contains(0, 4)).isFalse();
    assertThat(to.contains(4, 12)).isTrue();
  }
}
