package dev.weft.tir.schedule;

import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IRModule;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.StmtRewriter;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One state of a schedule: a module, the tree of its blocks and loops, and what is known about them
 * (worked out when asked for, then kept). Immutable; a rewrite makes a new state, in which handles
 * find their statements again.
 */
public final class ScheduleState {
  private final IRModule marked;
  private final Map<String, Site.Block> roots = new LinkedHashMap<>();
  private final Map<Var, Site> sites = new HashMap<>();
  private final Map<Site, BlockScope> scopes = new HashMap<>();
  private final Map<Var, Facts> facts = new HashMap<>();
  private final boolean checked;
  private final boolean tainted;
  private @Nullable IRModule module;

  private ScheduleState(IRModule marked, Map<Var, Facts> known, boolean checked, boolean tainted) {
    this.marked = marked;
    this.checked = checked;
    this.tainted = tainted;
    marked.functions().forEach(this::index);
    for (Site site : List.copyOf(sites.values())) {
      if (site instanceof Site.Block block && !block.isRoot()) {
        Var tag = Tags.of(block.block());
        Facts inherited = known.get(tag);
        facts.put(tag, inherited == null ? factsOf(block) : inherited);
      }
    }
  }

  private Facts factsOf(Site.Block block) {
    Site.Block scope = block.scope();
    if (scope == null) {
      return new Facts(true, true);
    }
    Analyzer analyzer = analyzer(block);
    return new Facts(
        Bindings.detectAffine(block, analyzer),
        Coverage.isCovered(block, scope(scope), analyzer(scope)));
  }

  /**
   * The state that a schedule begins with. Functions that are not blocks any more (lowered ones)
   * are kept as they are; nothing in them can be scheduled.
   */
  public static ScheduleState of(IRModule module) {
    return of(module, true);
  }

  /** As {@link #of}, for a schedule whose legality checks are off. */
  public static ScheduleState unchecked(IRModule module) {
    return of(module, false);
  }

  /** Whether legality checks are on. */
  public boolean isChecked() {
    return checked;
  }

  /** Whether a step may have changed what the module computes. */
  public boolean isTainted() {
    return tainted;
  }

  /** The same state, from here on known to be one that may compute something else. */
  public ScheduleState taint() {
    return tainted ? this : new ScheduleState(marked, facts, checked, true);
  }

  private static ScheduleState of(IRModule module, boolean checked) {
    IRModule marked = module;
    for (Map.Entry<String, PrimFunc> entry : module.functions().entrySet()) {
      PrimFunc function = entry.getValue();
      if (function.body() instanceof Stmt.BlockRealize) {
        marked = marked.with(entry.getKey(), function.withBody(Tags.mark(function.body())));
      }
    }
    return new ScheduleState(marked, Map.of(), checked, !checked);
  }

  private void index(String name, PrimFunc function) {
    if (function.body() instanceof Stmt.BlockRealize realize) {
      Site.Block root = new Site.Block(null, name, realize);
      roots.put(name, root);
      register(root);
    }
  }

  private void register(Site site) {
    Var key =
        switch (site) {
          case Site.Loop loop -> loop.stmt().var();
          case Site.Block block -> Tags.of(block.block());
        };
    sites.put(key, site);
    walk(site, site.body());
  }

  private void walk(Site parent, Stmt stmt) {
    switch (stmt) {
      case Stmt.For loop -> register(new Site.Loop(parent, parent.function(), loop));
      case Stmt.BlockRealize realize ->
          register(new Site.Block(parent, parent.function(), realize));
      case Stmt.Seq(List<Stmt> stmts) -> stmts.forEach(child -> walk(parent, child));
      case Stmt.Let let -> walk(parent, let.body());
      case Stmt.Attr attr -> walk(parent, attr.body());
      case Stmt.Assert check -> walk(parent, check.body());
      case Stmt.Allocate allocate -> walk(parent, allocate.body());
      case Stmt.AllocateConst allocate -> walk(parent, allocate.body());
      case Stmt.DeclBuffer declaration -> walk(parent, declaration.body());
      case Stmt.While loop -> walk(parent, loop.body());
      case Stmt.ThreadGroup group -> walk(parent, group.body());
      case Stmt.If choice -> {
        walk(parent, choice.then());
        if (choice.otherwise() != null) {
          walk(parent, choice.otherwise());
        }
      }
      case Stmt.Block block ->
          throw new IllegalStateException("block '" + block.name() + "' without BlockRealize");
      case Stmt.Store s -> {}
      case Stmt.Evaluate s -> {}
      case Stmt.Break s -> {}
      case Stmt.Continue s -> {}
    }
  }

  /** The module as everybody may see it. */
  public IRModule module() {
    IRModule plain = module;
    if (plain == null) {
      plain = marked;
      for (String name : roots.keySet()) {
        plain = plain.with(name, plain(name));
      }
      module = plain;
    }
    return plain;
  }

  private PrimFunc plain(String name) {
    PrimFunc function = marked.get(name);
    return function.withBody(Tags.unmark(function.body()));
  }

  /** A function, its blocks carrying the marks of this state. */
  public PrimFunc function(Site site) {
    return marked.get(site.function());
  }

  /** The root block of each function that can be scheduled, by the module's key. */
  public Map<String, Site.Block> roots() {
    return roots;
  }

  /** The root block of the function that {@code site} is in. */
  public Site.Block root(Site site) {
    return Objects.requireNonNull(roots.get(site.function()));
  }

  /**
   * Where a block is.
   *
   * @throws ScheduleException if the block is gone
   */
  public Site.Block block(BlockRef ref) {
    if (sites.get(ref.tag()) instanceof Site.Block block) {
      return block;
    }
    throw gone("block '" + ref.name() + "'");
  }

  /**
   * Where a loop is.
   *
   * @throws ScheduleException if the loop is gone
   */
  public Site.Loop loop(LoopRef ref) {
    if (sites.get(ref.var()) instanceof Site.Loop loop) {
      return loop;
    }
    throw gone("loop '" + ref.name() + "'");
  }

  /**
   * Where a block or loop is.
   *
   * @throws ScheduleException if it is gone
   */
  public Site site(StmtRef ref) {
    return switch (ref) {
      case BlockRef block -> block(block);
      case LoopRef loop -> loop(loop);
    };
  }

  private static ScheduleException gone(String what) {
    return new ScheduleException(
        "handle",
        what + " no longer exists in this schedule (a primitive has replaced or removed it)",
        "",
        null,
        List.of());
  }

  /** The loop with the given variable; for the loops that a primitive has just made. */
  public LoopRef loopOf(Var var) {
    return loop(new LoopRef(var)).ref();
  }

  /** What is known about the blocks directly in a scope. */
  public BlockScope scope(Site.Block scope) {
    return scopes.computeIfAbsent(scope, s -> new BlockScope(scope.childBlocks()));
  }

  /** What is known about the outermost blocks within a loop or block. */
  public BlockScope scopeWithin(Site site) {
    return scopes.computeIfAbsent(site, s -> new BlockScope(site.childBlocks()));
  }

  /** The state after one statement was replaced. */
  public ScheduleState replace(Site site, Stmt replacement) {
    Map<Stmt, Stmt> map = new IdentityHashMap<>();
    map.put(site.stmt(), replacement);
    return replace(site.function(), map);
  }

  /**
   * The state after statements were replaced.
   *
   * @param function the function that they are in
   * @param replacements new statements for old; an {@link IdentityHashMap}
   */
  public ScheduleState replace(String function, Map<Stmt, Stmt> replacements) {
    PrimFunc old = marked.get(function);
    Stmt body =
        new StmtRewriter() {
          @Override
          public Stmt stmt(Stmt node) {
            Stmt replacement = replacements.get(node);
            return replacement == null ? super.stmt(node) : replacement;
          }
        }.stmt(old.body());
    return withBody(function, body);
  }

  /** The state after a function was given another body. */
  public ScheduleState withBody(String function, Stmt body) {
    return withFunction(function, marked.get(function).withBody(body));
  }

  /** The state after a function was replaced. */
  public ScheduleState withFunction(String name, PrimFunc function) {
    Stmt body = Tags.mark(function.body());
    return new ScheduleState(marked.with(name, function.withBody(body)), facts, checked, tainted);
  }

  /**
   * The same state, with the block's binding looked at afresh; for primitives that give a block
   * other loops.
   */
  public ScheduleState recheckAffine(BlockRef... changed) {
    Map<Var, Facts> kept = new HashMap<>(facts);
    for (BlockRef ref : changed) {
      Site.Block site = block(ref);
      boolean affine = Bindings.detectAffine(site, analyzer(site));
      kept.put(ref.tag(), new Facts(affine, isCovered(site)));
    }
    return new ScheduleState(marked, kept, checked, tainted);
  }

  /**
   * The same state, where a block that a primitive has just made is known to read only what was
   * written before.
   */
  public ScheduleState covered(BlockRef made) {
    Map<Var, Facts> kept = new HashMap<>(facts);
    kept.put(made.tag(), new Facts(isAffine(block(made)), true));
    return new ScheduleState(marked, kept, checked, tainted);
  }

  /** The same state, with all that is known about a block worked out again. */
  public ScheduleState recheck(BlockRef changed) {
    Map<Var, Facts> kept = new HashMap<>(facts);
    kept.remove(changed.tag());
    return new ScheduleState(marked, kept, checked, tainted);
  }

  /** Whether the loops around a block reach each of its instances exactly once. */
  public boolean isAffine(Site.Block block) {
    return block.isRoot() || fact(block).affine();
  }

  /** Whether all that a block reads of intermediate buffers was written before. */
  public boolean isCovered(Site.Block block) {
    return block.isRoot() || fact(block).covered();
  }

  private Facts fact(Site.Block block) {
    return Objects.requireNonNull(facts.get(Tags.of(block.block())));
  }

  /** What knows the ranges of the loops and axes around a site, through all enclosing scopes. */
  public Analyzer analyzer(Site site) {
    return analyzer(site, true);
  }

  /** The same, except that nothing is known about loops of extent 1 unless {@code unitLoops}. */
  public Analyzer analyzer(Site site, boolean unitLoops) {
    Analyzer analyzer = new Analyzer();
    for (Buffer buffer : function(site).paramBuffers()) {
      for (Expr dim : buffer.shape()) {
        if (dim instanceof Var size) {
          analyzer.bind(
              size, new Range(Expr.imm(size.dtype(), 0), Expr.imm(size.dtype(), (1L << 31) - 1)));
        }
      }
    }
    bindAround(analyzer, site, unitLoops);
    return analyzer;
  }

  private static void bindAround(Analyzer analyzer, @Nullable Site inner, boolean unitLoops) {
    if (inner == null) {
      return;
    }
    bindAround(analyzer, inner.parent(), unitLoops);
    switch (inner) {
      case Site.Loop loop -> {
        if (unitLoops || !loop.stmt().extent().isConst(1)) {
          analyzer.bind(loop.stmt().var(), new Range(loop.stmt().min(), loop.stmt().extent()));
        }
      }
      case Site.Block block ->
          block.block().iterVars().forEach(axis -> analyzer.bind(axis.var(), axis.dom()));
    }
  }

  /** A block's annotations as users see them, without the mark of the state. */
  public static Map<String, AttrValue> userAnnotations(Stmt.Block block) {
    return Tags.without(block.annotations());
  }

  /** The error of a refused primitive. */
  public ScheduleException refuse(String primitive, String reason, Site... offenders) {
    return refuse(primitive, reason, Refusal.CONDITION, offenders);
  }

  /** The error of a primitive that would certainly make the function compute something else. */
  public ScheduleException refuseAsWrong(String primitive, String reason, Site... offenders) {
    return refuse(primitive, reason, Refusal.WRONG_RESULT, offenders);
  }

  private ScheduleException refuse(
      String primitive, String reason, Refusal kind, Site... offenders) {
    String where =
        offenders.length == 0
            ? ""
            : offenders[0] + " in function '" + offenders[0].function() + "'";
    PrimFunc function = offenders.length == 0 ? null : marked.get(offenders[0].function());
    return new ScheduleException(
        primitive,
        reason,
        kind,
        where,
        function,
        Arrays.stream(offenders).map(Site::stmt).toList());
  }
}
