package dev.weft.lowering.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ContractionTileTest {
  private static ContractionTile.Task product(long rows, long columns, long depth) {
    return new ContractionTile.Task(
        OptionalLong.of(1),
        OptionalLong.of(rows),
        OptionalLong.of(columns),
        OptionalLong.of(depth),
        false,
        8,
        true,
        false);
  }

  @Test
  void largeProductsFillTheRegisters() {
    ContractionTile tile = ContractionTile.choose(product(1024, 1024, 1024), 8, 16);
    assertThat(tile.rows() * tile.vectors()).isEqualTo(12);
  }

  @Test
  void sumsAndOperandsFitIntoTheRegisters() {
    for (int registers : new int[] {16, 32}) {
      for (long rows = 1; rows < 40; rows++) {
        for (long columns = 8; columns < 100; columns += 7) {
          ContractionTile tile = ContractionTile.choose(product(rows, columns, 64), 8, registers);
          int used = tile.rows() * tile.vectors() + tile.vectors() + 1;
          assertThat(used).isLessThanOrEqualTo(registers);
          assertThat((long) tile.rows()).isLessThanOrEqualTo(rows);
        }
      }
    }
  }

  @Test
  void tilesDoNotStickOutOfNarrowResults() {
    assertThat(ContractionTile.choose(product(1000, 16, 512), 8, 16).columns()).isEqualTo(16);
    assertThat(ContractionTile.choose(product(1000, 8, 512), 8, 16).columns()).isEqualTo(8);
  }

  @Test
  void elementsUsedInSeveralStepsLeaveRegistersForThem() {
    ContractionTile.Task windows =
        new ContractionTile.Task(
            OptionalLong.of(1),
            OptionalLong.of(3136),
            OptionalLong.of(64),
            OptionalLong.of(576),
            true,
            8,
            true,
            true);
    ContractionTile tile = ContractionTile.choose(windows, 8, 16);
    assertThat(tile.rows() * tile.vectors()).isLessThanOrEqualTo(8);
  }
}
