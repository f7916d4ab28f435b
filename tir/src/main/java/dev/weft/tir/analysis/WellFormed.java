package dev.weft.tir.analysis;

import dev.weft.tir.PrimFunc;

/**
 * Checks the rules that every function keeps:
 *
 * <ol>
 *   <li>a variable is used only where it is declared; within a block with axes, loops outside of
 *       the block are reached through the axes only;
 *   <li>a buffer is accessed only where it is a parameter's, allocated, matched or declared, or a
 *       view of a pointer that is in scope;
 *   <li>a block's axis never leaves its domain, as far as the loops' constant extents tell, unless
 *       the block has a predicate.
 * </ol>
 */
public final class WellFormed {
  private WellFormed() {}

  /**
   * Checks a function.
   *
   * @throws IllFormedException naming the first place where a rule is broken
   */
  public static void check(PrimFunc function) {
    new WellFormedCheck(false).function(function);
  }

  /**
   * Checks a function as people write it, before any schedule: besides, an axis that is bound to a
   * loop variable has the loop's extent, so that the block's every instance is carried out. (A
   * schedule may leave out instances that nobody needs.)
   *
   * @throws IllFormedException naming the first place where a rule is broken
   */
  public static void checkUnscheduled(PrimFunc function) {
    new WellFormedCheck(true).function(function);
  }
}
