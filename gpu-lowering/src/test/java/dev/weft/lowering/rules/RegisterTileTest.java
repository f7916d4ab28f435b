package dev.weft.lowering.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class RegisterTileTest {
  @Test
  void squareMatricesGetFourRowsOfTwoVectors() {
    RegisterTile tile = RegisterTile.choose(OptionalLong.of(1024), OptionalLong.of(1024), 8);
    assertThat(tile).isEqualTo(new RegisterTile(4, 2, 8));
  }

  @Test
  void aRowVectorGetsSeveralVectors() {
    RegisterTile tile = RegisterTile.choose(OptionalLong.of(1), OptionalLong.of(1024), 8);
    assertThat(tile).isEqualTo(new RegisterTile(1, 4, 8));
  }

  @Test
  void symbolicSizesGetTilesThatAlwaysDivide() {
    RegisterTile tile = RegisterTile.choose(OptionalLong.empty(), OptionalLong.empty(), 8);
    assertThat(tile).isEqualTo(new RegisterTile(1, 1, 1));
  }

  @Property
  void tilesDivideTheColumnsAndFitTheRegisters(
      @ForAll @LongRange(min = 1, max = 3000) long rows,
      @ForAll @LongRange(min = 1, max = 3000) long columns) {
    RegisterTile tile = RegisterTile.choose(OptionalLong.of(rows), OptionalLong.of(columns), 8);
    assertThat(columns % tile.columns()).isZero();
    assertThat(tile.rows() * tile.vectors() + tile.vectors() + 1).isLessThanOrEqualTo(16);
    assertThat(tile.lanes()).isIn(1, 2, 4, 8);
  }
}
