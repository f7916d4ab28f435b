package dev.weft.lowering.pass;

import dev.weft.base.DType;
import dev.weft.lowering.Pass;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Names the parts of indices that don't change within a loop, or that several accesses have in
 * common, where their variables are known.
 *
 * <pre>{@code
 * for k in range(1024):                    C_base = by*8192 + ty*1024 + tx
 *     acc[0] += A[by*8192 + ty*1024 + k]   for k in range(1024):
 *        * B[k*1024 + tx]              →       acc[0] += A[A_base + k] * B[k*1024 + tx]
 * C[by*8192 + ty*1024 + tx] = acc[0]       C[C_base] = acc[0]
 * }</pre>
 */
public final class HoistIndexArithmetic implements Pass {
  @Override
  public String name() {
    return "hoist_index_arithmetic";
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    Candidates candidates = new Candidates();
    candidates.stmt(function.body());
    candidates.choose();
    return function.withBody(new Namer(candidates).stmt(function.body()));
  }

  /** A place where variables begin to be known: the body of a loop or of a definition. */
  private record Place(int depth, Stmt owner) {}

  /** A part of indices, under the name that it is to get. */
  private static final class Part {
    final Expr value;
    final Place place;
    final int cost;
    final boolean leavesLoop;
    final String user;
    final @Nullable Part start;
    int uses;
    boolean severalUsers;
    @Nullable Var var;

    /**
     * @param user the buffer that is indexed, by name
     * @param start the part of this part whose variables are known earlier
     */
    Part(Expr value, Place place, int cost, boolean leavesLoop, String user, @Nullable Part start) {
      this.value = value;
      this.place = place;
      this.cost = cost;
      this.leavesLoop = leavesLoop;
      this.user = user;
      this.start = start;
    }
  }

  /** Splits every index into parts by where their variables are known. */
  private static final class Candidates extends IrWalker {
    /** Parts of an index, by the index node. */
    final IdentityHashMap<Expr, List<Part>> byIndex = new IdentityHashMap<>();

    /** The parts to name at the start of a statement's body. */
    final IdentityHashMap<Stmt, List<Part>> byPlace = new IdentityHashMap<>();

    private final Map<String, Part> parts = new LinkedHashMap<>();
    private final Map<Var, Place> known = new HashMap<>();
    private final Map<Var, Integer> numbers = new HashMap<>();
    private final List<Place> open = new ArrayList<>();

    @Override
    public void stmt(Stmt node) {
      switch (node) {
        case Stmt.For f -> {
          expr(f.min());
          expr(f.extent());
          enter(f, List.of(f.var()), f.body());
        }
        case Stmt.Let(Var v, Expr value, Stmt body) -> {
          expr(value);
          enter(node, List.of(v), body);
        }
        case Stmt.Attr(IterVar axis, var key, var value, Stmt body) -> {
          // All thread indices are known at one place: within the innermost definition.
          List<Var> threads = new ArrayList<>();
          threads.add(axis.var());
          Stmt innermost = node;
          Stmt inside = body;
          while (inside instanceof Stmt.Attr(IterVar next, var k, var e, Stmt rest)) {
            threads.add(next.var());
            innermost = inside;
            inside = rest;
          }
          enter(innermost, threads, inside);
        }
        case Stmt.Store store -> {
          access(store.buffer().name() + "_base", store.indices().get(0));
          super.stmt(store);
        }
        case Stmt.Attr s -> super.stmt(s);
        case Stmt.Assert s -> super.stmt(s);
        case Stmt.Allocate s -> super.stmt(s);
        case Stmt.AllocateConst s -> super.stmt(s);
        case Stmt.DeclBuffer s -> super.stmt(s);
        case Stmt.Seq s -> super.stmt(s);
        case Stmt.Evaluate s -> super.stmt(s);
        case Stmt.If s -> super.stmt(s);
        case Stmt.While s -> super.stmt(s);
        case Stmt.Break s -> {}
        case Stmt.Continue s -> {}
        case Stmt.ThreadGroup s -> super.stmt(s);
        case Stmt.Block s -> super.stmt(s);
        case Stmt.BlockRealize s -> super.stmt(s);
      }
    }

    private void enter(Stmt owner, List<Var> vars, Stmt body) {
      Place place = new Place(open.size(), owner);
      open.add(place);
      vars.forEach(v -> known.put(v, place));
      stmt(body);
      vars.forEach(known::remove);
      open.removeLast();
    }

    @Override
    public void expr(Expr node) {
      if (node instanceof Expr.Load load) {
        access(load.buffer().name() + "_base", load.indices().get(0));
      } else if (isComparison(node) && node instanceof Expr.Binary(var op, Expr a, Expr b)) {
        access("i", a);
        access("i", b);
      }
      super.expr(node);
    }

    private void access(String user, Expr index) {
      Expr scalar = index instanceof Expr.Ramp ramp ? ramp.base() : index;
      if (scalar.dtype().lanes() != 1) {
        return;
      }
      List<Part> before = byIndex.get(scalar);
      if (before != null) {
        if (!before.stream().allMatch(this::isKnownHere)) {
          // The expression is shared by places of which not all know the names.
          byIndex.put(scalar, List.of());
        }
        return;
      }
      if (open.isEmpty()) {
        byIndex.put(scalar, List.of());
        return;
      }
      // Terms by the place where the last of their variables becomes known.
      Map<Integer, List<Expr>> groups = new LinkedHashMap<>();
      List<Expr> terms = new ArrayList<>();
      terms(scalar, terms);
      for (Expr term : terms) {
        int depth = depth(term);
        if (depth == Integer.MAX_VALUE) {
          return;
        }
        groups.computeIfAbsent(depth, d -> new ArrayList<>()).add(term);
      }
      List<Part> found = new ArrayList<>();
      List<Integer> depths = groups.keySet().stream().sorted().toList();
      Expr sum = null;
      for (int depth : depths) {
        List<Expr> group = groups.getOrDefault(depth, List.of());
        if (depth < 0) {
          // Constants stay with the access.
          continue;
        }
        for (Expr term : group) {
          sum = sum == null ? term : Expr.add(sum, term);
        }
        if (sum != null) {
          found.add(part(sum, depth, user, found.isEmpty() ? null : found.getLast()));
        }
      }
      byIndex.put(scalar, found);
    }

    @SuppressWarnings("ReferenceEquality") // Equal loops are different places.
    private boolean isKnownHere(Part part) {
      int depth = part.place.depth();
      return depth < open.size() && open.get(depth).owner() == part.place.owner();
    }

    private Part part(Expr value, int depth, String user, @Nullable Part start) {
      Place place = open.get(depth);
      boolean leavesLoop =
          open.subList(depth + 1, open.size()).stream()
              .anyMatch(p -> p.owner() instanceof Stmt.For);
      String key = depth + " " + System.identityHashCode(place.owner()) + " " + key(value);
      Part part =
          parts.computeIfAbsent(
              key, k -> new Part(value, place, cost(value), leavesLoop, user, start));
      part.uses++;
      part.severalUsers |= !part.user.equals(user);
      return part;
    }

    /** Names what is worth a name. */
    void choose() {
      for (Part part : parts.values()) {
        boolean hoists = part.leavesLoop && part.cost >= 2;
        boolean shared =
            part.uses > 1 && part.cost >= 1 && !(isScaled(part.value) && part.cost < 2);
        if (hoists || shared) {
          String name = part.severalUsers ? "base" : part.user;
          part.var = Var.of(name, part.value.dtype());
          byPlace.computeIfAbsent(part.place.owner(), p -> new ArrayList<>()).add(part);
        }
      }
    }

    private static boolean isScaled(Expr e) {
      return e instanceof Expr.Binary(BinaryOp op, Expr a, Expr b) && op == BinaryOp.MUL;
    }

    private static void terms(Expr e, List<Expr> into) {
      if (e instanceof Expr.Binary(BinaryOp op, Expr a, Expr b) && op == BinaryOp.ADD) {
        terms(a, into);
        terms(b, into);
      } else {
        into.add(e);
      }
    }

    /**
     * Where the expression's last variable becomes known; -1 for constants; MAX if it has loads.
     */
    private int depth(Expr e) {
      int[] depth = {-1};
      new IrWalker() {
        @Override
        public void expr(Expr node) {
          switch (node) {
            case Var v -> {
              Place place = known.get(v);
              // A size, known from the start.
              depth[0] = Math.max(depth[0], place == null ? 0 : place.depth());
            }
            case Expr.Load l -> depth[0] = Integer.MAX_VALUE;
            case Expr.Call c -> depth[0] = Integer.MAX_VALUE;
            case Expr.IntImm x -> {}
            case Expr.FloatImm x -> {}
            case Expr.StringImm x -> {}
            case Expr.Cast x -> super.expr(x);
            case Expr.Binary x -> super.expr(x);
            case Expr.Not x -> super.expr(x);
            case Expr.Select x -> super.expr(x);
            case Expr.Ramp x -> super.expr(x);
            case Expr.Broadcast x -> super.expr(x);
            case Expr.Let x -> depth[0] = Integer.MAX_VALUE;
            case Expr.Shuffle x -> super.expr(x);
          }
        }
      }.expr(e);
      return depth[0];
    }

    /** Operations that computing the expression takes. */
    private static int cost(Expr e) {
      int[] operations = {0};
      new IrWalker() {
        @Override
        public void expr(Expr node) {
          operations[0] += node instanceof Expr.Binary || node instanceof Expr.Select ? 1 : 0;
          super.expr(node);
        }
      }.expr(e);
      return operations[0];
    }

    /** A text that two expressions share exactly if they are the same operations on the same. */
    private String key(Expr e) {
      return switch (e) {
        case Var v -> "v" + numbers.computeIfAbsent(v, x -> numbers.size());
        case Expr.IntImm(DType dtype, long value) -> value + ":" + dtype;
        case Expr.Binary(BinaryOp op, Expr a, Expr b) ->
            "(" + key(a) + " " + op.text + " " + key(b) + ")";
        case Expr.Cast(DType dtype, Expr value) -> dtype + "(" + key(value) + ")";
        case Expr.Select(Expr c, Expr t, Expr f) ->
            "(" + key(c) + "?" + key(t) + ":" + key(f) + ")";
        case Expr.Not(Expr value) -> "!" + key(value);
        case Expr.FloatImm x -> x.toString();
        case Expr.StringImm x -> x.toString();
        case Expr.Load x -> unique(x);
        case Expr.Ramp x -> unique(x);
        case Expr.Broadcast x -> unique(x);
        case Expr.Let x -> unique(x);
        case Expr.Shuffle x -> unique(x);
        case Expr.Call x -> unique(x);
      };
    }

    private static String unique(Expr e) {
      return "#" + System.identityHashCode(e);
    }
  }

  /** Puts the names in. */
  private static final class Namer extends IrRewriter {
    private final Candidates candidates;

    Namer(Candidates candidates) {
      this.candidates = candidates;
    }

    @Override
    public Expr expr(Expr node) {
      if (node instanceof Expr.Load(Buffer buffer, var indices, var predicate)) {
        return new Expr.Load(
            buffer, List.of(index(indices.get(0))), predicate == null ? null : expr(predicate));
      }
      if (isComparison(node) && node instanceof Expr.Binary(var op, Expr a, Expr b)) {
        return new Expr.Binary(op, named(a), named(b));
      }
      return super.expr(node);
    }

    private Expr index(Expr index) {
      return index instanceof Expr.Ramp(Expr base, Expr stride, int lanes)
          ? new Expr.Ramp(named(base), stride, lanes)
          : named(index);
    }

    /** The index with the largest named part replaced. */
    private Expr named(Expr index) {
      List<Part> parts = candidates.byIndex.getOrDefault(index, List.of());
      for (Part part : parts.reversed()) {
        if (part.var != null) {
          return replaced(index, part, part.var);
        }
      }
      return expr(index);
    }

    /** The sum with the terms of a part replaced by its name. */
    private Expr replaced(Expr sum, Part part, Var name) {
      List<Expr> terms = new ArrayList<>();
      Candidates.terms(sum, terms);
      List<Expr> covered = new ArrayList<>();
      Candidates.terms(part.value, covered);
      Expr result = name;
      for (Expr term : terms) {
        String key = candidates.key(term);
        if (covered.stream().noneMatch(c -> candidates.key(c).equals(key))) {
          result = Expr.add(result, term);
        }
      }
      return result;
    }

    @Override
    public Stmt stmt(Stmt node) {
      List<Part> here = candidates.byPlace.getOrDefault(node, List.of());
      Stmt mapped =
          node instanceof Stmt.Store(Buffer buffer, var value, var indices, var predicate)
              ? new Stmt.Store(
                  buffer,
                  expr(value),
                  List.of(index(indices.get(0))),
                  predicate == null ? null : expr(predicate))
              : super.stmt(node);
      if (here.isEmpty()) {
        return mapped;
      }
      return switch (mapped) {
        case Stmt.For f -> f.withBody(defining(here, f.body()));
        case Stmt.Let(Var v, Expr value, Stmt body) -> new Stmt.Let(v, value, defining(here, body));
        case Stmt.Attr(var about, var key, var value, Stmt body) ->
            new Stmt.Attr(about, key, value, defining(here, body));
        case Stmt s -> s;
      };
    }

    private Stmt defining(List<Part> parts, Stmt body) {
      Stmt result = body;
      for (Part part : parts.reversed()) {
        if (part.var != null) {
          result = new Stmt.Let(part.var, value(part), result);
        }
      }
      return result;
    }

    /** A part in terms of the named part that it starts with. */
    private Expr value(Part part) {
      for (Part start = part.start; start != null; start = start.start) {
        if (start.var != null) {
          return replaced(part.value, start, start.var);
        }
      }
      return part.value;
    }
  }

  private static boolean isComparison(Expr e) {
    return e instanceof Expr.Binary(BinaryOp op, Expr a, Expr b)
        && op.kind == BinaryOp.Kind.COMPARISON
        && a.dtype().isInt()
        && a.dtype().lanes() == 1;
  }
}
