package dev.weft.tir.schedule.fuzz;

import dev.weft.tir.IRModule;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.testing.RandomFunctions;
import java.util.SplittableRandom;

/** The functions that are scheduled at random. */
final class RandomPrograms {
  private RandomPrograms() {}

  /** A module with one function, under the name {@code main}. */
  static IRModule of(SplittableRandom random) {
    PrimFunc function =
        switch (random.nextInt(10)) {
          case 0 -> RandomFunctions.of(RandomFunctions.Kind.ELEMENTWISE, random.nextLong());
          case 1, 2 -> ScriptPrograms.of(random);
          default -> RandomPipelines.of(random);
        };
    return IRModule.of("main", function);
  }
}
