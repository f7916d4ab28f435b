package dev.weft.tir.schedule;

import dev.weft.base.DType;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Ordered;
import dev.weft.tir.Stmt;
import dev.weft.tir.StmtRewriter;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The marks by which a schedule state knows its statements again after a rewrite. A loop is known
 * by its variable. A block has no identity of its own, so that within a state each carries a
 * variable nobody else has under the annotation {@link #KEY}; whatever rewrites the IR carries it
 * along. It is taken off before anybody sees the IR.
 */
final class Tags {
  private static final String KEY = "weft.schedule.tag";

  private Tags() {}

  /** The mark of a block of a state. */
  static Var of(Stmt.Block block) {
    if (block.annotations().get(KEY) instanceof Var tag) {
      return tag;
    }
    throw new IllegalStateException("block '" + block.name() + "' belongs to no schedule state");
  }

  /** Marks what isn't marked yet and makes loop variables unique. */
  static Stmt mark(Stmt body) {
    return new Marker().stmt(body);
  }

  /** Takes the marks off. */
  static Stmt unmark(Stmt body) {
    return unmark(body, new IdentityHashMap<>());
  }

  /**
   * Takes the marks off.
   *
   * @param renewed gets, for each statement that is there as a key, what became of it; an {@link
   *     IdentityHashMap}
   */
  static Stmt unmark(Stmt body, Map<Stmt, Stmt> renewed) {
    return new StmtRewriter() {
      @Override
      public Stmt stmt(Stmt node) {
        Stmt mapped = super.stmt(node);
        Stmt plain = mapped instanceof Stmt.Block block ? unmarked(block) : mapped;
        renewed.computeIfPresent(node, (key, old) -> plain);
        return plain;
      }
    }.stmt(body);
  }

  /** Annotations without the mark. */
  static Map<String, AttrValue> without(Map<String, AttrValue> annotations) {
    return annotations.containsKey(KEY) ? Ordered.without(annotations, KEY) : annotations;
  }

  private static Stmt.Block unmarked(Stmt.Block block) {
    Map<String, AttrValue> annotations = block.annotations();
    return annotations.containsKey(KEY) ? block.withAnnotations(without(annotations)) : block;
  }

  private static final class Marker extends StmtRewriter {
    private final Set<Var> loopVars = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<Var> tags = Collections.newSetFromMap(new IdentityHashMap<>());

    @Override
    public Stmt stmt(Stmt node) {
      if (node instanceof Stmt.For loop && !loopVars.add(loop.var())) {
        Var fresh = loop.var().renamed(loop.var().name());
        loopVars.add(fresh);
        Stmt body = Substitute.in(loop.body(), Map.of(loop.var(), fresh));
        return super.stmt(
            new Stmt.For(
                fresh,
                loop.min(),
                loop.extent(),
                loop.kind(),
                loop.thread(),
                loop.annotations(),
                body));
      }
      return node instanceof Stmt.Block block ? block(block) : super.stmt(node);
    }

    private Stmt block(Stmt.Block block) {
      Stmt init = block.init() == null ? null : unmark(block.init());
      Stmt.Block mapped = block.with(init, stmt(block.body()));
      if (block.annotations().get(KEY) instanceof Var tag) {
        if (!tags.add(tag)) {
          throw new IllegalStateException(
              "a schedule primitive copied block '" + block.name() + "' with its mark");
        }
        boolean same = init == block.init() && mapped.body() == block.body();
        return same ? block : mapped;
      }
      Var tag = Var.of("tag", DType.HANDLE);
      tags.add(tag);
      return mapped.withAnnotations(Ordered.with(mapped.annotations(), KEY, tag));
    }
  }
}
