package dev.weft.tir.schedule.primitive;

import dev.weft.tir.Stmt;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import java.util.ArrayList;
import java.util.List;

/**
 * How a leaf block is taken out of its scope: together with the loops around that hold nothing
 * else.
 *
 * @param old the statement to replace
 * @param replacement what stays of it
 */
record Removal(Stmt old, Stmt replacement) {
  /** Plans the removal; refuses where the block is the only leaf of its scope. */
  static Removal of(String primitive, ScheduleState state, Site.Block block) {
    Stmt gone = block.stmt();
    for (Site around = block.parent(); around != null; around = around.parent()) {
      Stmt body =
          switch (around) {
            case Site.Loop loop -> loop.stmt().body();
            case Site.Block scope -> scope.block().body();
          };
      if (body instanceof Stmt.Seq(List<Stmt> stmts)) {
        List<Stmt> rest = new ArrayList<>(stmts);
        Stmt removed = gone;
        if (rest.removeIf(stmt -> stmt == removed)) {
          return new Removal(body, Stmt.seq(rest));
        }
      }
      if (body != gone) {
        throw state.refuse(
            primitive,
            block + " can't be taken out: it is under a statement other than loops",
            block);
      }
      if (around instanceof Site.Block) {
        throw state.refuse(
            primitive, block + " can't be taken out: it is the only leaf of its scope", block);
      }
      gone = around.stmt();
    }
    throw new IllegalStateException(primitive + " takes out a root block, which is in no scope");
  }
}
