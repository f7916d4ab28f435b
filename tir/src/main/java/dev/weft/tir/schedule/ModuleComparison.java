package dev.weft.tir.schedule;

import dev.weft.tir.IRModule;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.arith.Residues;
import dev.weft.tir.structural.Mismatch;
import dev.weft.tir.structural.StructuralEqual;
import java.util.Optional;

/**
 * Compares what a schedule made with what was expected: structurally, all names apart, where
 * expressions that are spelt differently count as equal if their canonical forms, with the ranges
 * of the loops and axes around them known, are the same.
 */
final class ModuleComparison {
  private ModuleComparison() {}

  /** The first difference. */
  static Optional<Mismatch> check(IRModule found, IRModule expected) {
    Analyzer analyzer = new Analyzer();
    StructuralEqual.Options options =
        StructuralEqual.Options.STRICT
            .upTo(e -> Residues.reduce(e, analyzer))
            .telling(analyzer::bind);
    return StructuralEqual.check(found, expected, options);
  }
}
