package dev.weft.tir.schedule.primitive;

import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.ScheduleState;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.StmtRef;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Finding blocks and loops. */
public final class Queries {
  private Queries() {}

  /** The only block with a name in a function; refuses with a list of candidates otherwise. */
  public static BlockRef block(ScheduleState state, String name, String function) {
    Site.Block root = state.roots().get(function);
    if (root == null) {
      throw state.refuse(
          "getBlock",
          "there is no function '"
              + function
              + "' to schedule; there are "
              + state.roots().keySet());
    }
    List<Site.Block> all = new ArrayList<>();
    collect(root, all);
    List<Site.Block> found = all.stream().filter(block -> block.name().equals(name)).toList();
    if (found.size() == 1) {
      return found.getFirst().ref();
    }
    if (found.isEmpty()) {
      TreeSet<String> names = new TreeSet<>();
      all.forEach(block -> names.add(block.name()));
      throw state.refuse(
          "getBlock",
          "function '" + function + "' has no block '" + name + "'; it has " + names,
          root);
    }
    throw state.refuse(
        "getBlock",
        "function '" + function + "' has " + found.size() + " blocks named '" + name + "'",
        found.toArray(Site[]::new));
  }

  private static void collect(Site site, List<Site.Block> into) {
    if (site instanceof Site.Block block) {
      into.add(block);
    }
    site.children().forEach(child -> collect(child, into));
  }

  /** The loops around a block within its scope, outermost first. */
  public static List<LoopRef> loops(ScheduleState state, BlockRef block) {
    return state.block(block).loopsAround().stream().map(Site.Loop::ref).toList();
  }

  /** The outermost blocks within a block or loop. */
  public static List<BlockRef> childBlocks(ScheduleState state, StmtRef ref) {
    return refs(state.site(ref).childBlocks());
  }

  /** The blocks of the same scope that write what a block reads. */
  public static List<BlockRef> producers(ScheduleState state, BlockRef ref) {
    Site.Block block = state.block(ref);
    Site.Block scope = new Conditions("getProducers", state).scope(block);
    return refs(state.scope(scope).producers(block));
  }

  /** The blocks of the same scope that read what a block writes. */
  public static List<BlockRef> consumers(ScheduleState state, BlockRef ref) {
    Site.Block block = state.block(ref);
    Site.Block scope = new Conditions("getConsumers", state).scope(block);
    return refs(state.scope(scope).consumers(block));
  }

  /** The blocks within a scope, at any depth, that write what the block around doesn't allocate. */
  public static List<BlockRef> outputBlocks(ScheduleState state, BlockRef ref) {
    List<Site.Block> all = new ArrayList<>();
    collect(state.block(ref), all);
    List<Site.Block> outputs = new ArrayList<>();
    for (Site.Block block : all.subList(1, all.size())) {
      Site.Block around = block.scope();
      if (around != null && Conditions.isOutput(block, around)) {
        outputs.add(block);
      }
    }
    return refs(outputs);
  }

  private static List<BlockRef> refs(List<Site.Block> blocks) {
    return blocks.stream().map(Site.Block::ref).toList();
  }
}
