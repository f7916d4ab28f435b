package dev.weft.tir;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The one place that knows the children of every node. {@code map} rebuilds a node from mapped
 * children and returns the SAME object when no child changed, so that unchanged subtrees are
 * shared. All rewriting and all walking is made of it.
 *
 * <p>Buffers in nodes are left as they are ({@link Substitute} replaces them); the shapes and
 * strides inside a buffer are not children.
 */
public final class Children {
  private Children() {}

  /** Rebuilds an expression from its mapped child expressions. */
  public static Expr map(Expr node, UnaryOperator<Expr> f) {
    return switch (node) {
      case Var v -> v;
      case Expr.IntImm imm -> imm;
      case Expr.FloatImm imm -> imm;
      case Expr.StringImm imm -> imm;
      case Expr.Cast(var dtype, var value) -> {
        Expr v = f.apply(value);
        yield v == value ? node : new Expr.Cast(dtype, v);
      }
      case Expr.Binary(var op, var a, var b) -> {
        Expr x = f.apply(a);
        Expr y = f.apply(b);
        yield x == a && y == b ? node : new Expr.Binary(op, x, y);
      }
      case Expr.Not(var value) -> {
        Expr v = f.apply(value);
        yield v == value ? node : new Expr.Not(v);
      }
      case Expr.Select(var c, var t, var e) -> {
        Expr c2 = f.apply(c);
        Expr t2 = f.apply(t);
        Expr e2 = f.apply(e);
        yield c2 == c && t2 == t && e2 == e ? node : new Expr.Select(c2, t2, e2);
      }
      case Expr.Load(var buffer, var indices, var predicate) -> {
        List<Expr> is = mapList(indices, f);
        Expr p = mapNullable(predicate, f);
        yield is == indices && p == predicate ? node : new Expr.Load(buffer, is, p);
      }
      case Expr.Ramp(var base, var stride, var lanes) -> {
        Expr b = f.apply(base);
        Expr s = f.apply(stride);
        yield b == base && s == stride ? node : new Expr.Ramp(b, s, lanes);
      }
      case Expr.Broadcast(var value, var lanes) -> {
        Expr v = f.apply(value);
        yield v == value ? node : new Expr.Broadcast(v, lanes);
      }
      case Expr.Let(var v, var value, var body) -> {
        Expr value2 = f.apply(value);
        Expr body2 = f.apply(body);
        yield value2 == value && body2 == body ? node : new Expr.Let(v, value2, body2);
      }
      case Expr.Shuffle(var vectors, var positions) -> {
        List<Expr> vs = mapList(vectors, f);
        List<Expr> ps = mapList(positions, f);
        yield vs == vectors && ps == positions ? node : new Expr.Shuffle(vs, ps);
      }
      case Expr.Call(var dtype, var callee, var args) -> {
        List<Expr> as = mapList(args, f);
        yield as == args ? node : new Expr.Call(dtype, callee, as);
      }
    };
  }

  /** Rebuilds a statement from its mapped child expressions and statements. */
  public static Stmt map(Stmt node, UnaryOperator<Expr> fe, UnaryOperator<Stmt> fs) {
    return switch (node) {
      case Stmt.Let(var v, var value, var body) -> {
        Expr value2 = fe.apply(value);
        Stmt body2 = fs.apply(body);
        yield value2 == value && body2 == body ? node : new Stmt.Let(v, value2, body2);
      }
      case Stmt.Attr(var about, var key, var value, var body) -> {
        AttrValue about2 = map(about, fe);
        Expr value2 = fe.apply(value);
        Stmt body2 = fs.apply(body);
        yield about2 == about && value2 == value && body2 == body
            ? node
            : new Stmt.Attr(about2, key, value2, body2);
      }
      case Stmt.Assert(var condition, var message, var body) -> {
        Expr condition2 = fe.apply(condition);
        Expr message2 = fe.apply(message);
        Stmt body2 = fs.apply(body);
        yield condition2 == condition && message2 == message && body2 == body
            ? node
            : new Stmt.Assert(condition2, message2, body2);
      }
      case Stmt.Store(var buffer, var value, var indices, var predicate) -> {
        Expr value2 = fe.apply(value);
        List<Expr> indices2 = mapList(indices, fe);
        Expr predicate2 = mapNullable(predicate, fe);
        yield value2 == value && indices2 == indices && predicate2 == predicate
            ? node
            : new Stmt.Store(buffer, value2, indices2, predicate2);
      }
      case Stmt.Allocate(
              var data,
              var dtype,
              var extents,
              var condition,
              var annotations,
              var body) -> {
        List<Expr> extents2 = mapList(extents, fe);
        Expr condition2 = fe.apply(condition);
        Map<String, AttrValue> annotations2 = mapAnnotations(annotations, fe);
        Stmt body2 = fs.apply(body);
        yield extents2 == extents
                && condition2 == condition
                && annotations2 == annotations
                && body2 == body
            ? node
            : new Stmt.Allocate(data, dtype, extents2, condition2, annotations2, body2);
      }
      case Stmt.AllocateConst(var data, var dtype, var extents, var values, var body) -> {
        Stmt body2 = fs.apply(body);
        yield body2 == body ? node : new Stmt.AllocateConst(data, dtype, extents, values, body2);
      }
      case Stmt.DeclBuffer(var buffer, var body) -> {
        Stmt body2 = fs.apply(body);
        yield body2 == body ? node : new Stmt.DeclBuffer(buffer, body2);
      }
      case Stmt.Seq(var stmts) -> {
        List<Stmt> stmts2 = mapList(stmts, fs);
        yield stmts2 == stmts ? node : Stmt.seq(stmts2);
      }
      case Stmt.Evaluate(var value) -> {
        Expr value2 = fe.apply(value);
        yield value2 == value ? node : new Stmt.Evaluate(value2);
      }
      case Stmt.If(var condition, var then, var otherwise) -> {
        Expr condition2 = fe.apply(condition);
        Stmt then2 = fs.apply(then);
        Stmt otherwise2 = mapNullable(otherwise, fs);
        yield condition2 == condition && then2 == then && otherwise2 == otherwise
            ? node
            : new Stmt.If(condition2, then2, otherwise2);
      }
      case Stmt.For(
              var v,
              var min,
              var extent,
              var kind,
              var thread,
              var annotations,
              var body) -> {
        Expr min2 = fe.apply(min);
        Expr extent2 = fe.apply(extent);
        Map<String, AttrValue> annotations2 = mapAnnotations(annotations, fe);
        Stmt body2 = fs.apply(body);
        yield min2 == min && extent2 == extent && annotations2 == annotations && body2 == body
            ? node
            : new Stmt.For(v, min2, extent2, kind, thread, annotations2, body2);
      }
      case Stmt.While(var condition, var body) -> {
        Expr condition2 = fe.apply(condition);
        Stmt body2 = fs.apply(body);
        yield condition2 == condition && body2 == body ? node : new Stmt.While(condition2, body2);
      }
      case Stmt.Break b -> b;
      case Stmt.Continue c -> c;
      case Stmt.ThreadGroup(var role, var begin, var count, var body) -> {
        Expr begin2 = fe.apply(begin);
        Expr count2 = fe.apply(count);
        Stmt body2 = fs.apply(body);
        yield begin2 == begin && count2 == count && body2 == body
            ? node
            : new Stmt.ThreadGroup(role, begin2, count2, body2);
      }
      case Stmt.Block block -> mapBlock(block, fe, fs);
      case Stmt.BlockRealize(var values, var predicate, var block) -> {
        List<Expr> values2 = mapList(values, fe);
        Expr predicate2 = fe.apply(predicate);
        Stmt block2 = fs.apply(block);
        if (!(block2 instanceof Stmt.Block newBlock)) {
          throw new IllegalStateException("a Block was mapped to " + block2.getClass());
        }
        yield values2 == values && predicate2 == predicate && newBlock == block
            ? node
            : new Stmt.BlockRealize(values2, predicate2, newBlock);
      }
    };
  }

  private static Stmt.Block mapBlock(
      Stmt.Block block, UnaryOperator<Expr> fe, UnaryOperator<Stmt> fs) {
    List<IterVar> iterVars =
        mapList(
            block.iterVars(),
            iter -> {
              Range dom = map(iter.dom(), fe);
              return dom == iter.dom() ? iter : iter.withDom(dom);
            });
    List<BufferRegion> reads = mapList(block.reads(), region -> map(region, fe));
    List<BufferRegion> writes = mapList(block.writes(), region -> map(region, fe));
    List<MatchBufferRegion> matches =
        mapList(
            block.matchBuffers(),
            match -> {
              BufferRegion source = map(match.source(), fe);
              return source == match.source()
                  ? match
                  : new MatchBufferRegion(match.buffer(), source);
            });
    Map<String, AttrValue> annotations = mapAnnotations(block.annotations(), fe);
    Stmt init = mapNullable(block.init(), fs);
    Stmt body = fs.apply(block.body());
    boolean same =
        iterVars == block.iterVars()
            && reads == block.reads()
            && writes == block.writes()
            && matches == block.matchBuffers()
            && annotations == block.annotations()
            && init == block.init()
            && body == block.body();
    return same
        ? block
        : new Stmt.Block(
            block.name(),
            iterVars,
            reads,
            writes,
            block.allocBuffers(),
            matches,
            annotations,
            init,
            body);
  }

  /** Maps both ends of a range. */
  public static Range map(Range range, UnaryOperator<Expr> f) {
    Expr min = f.apply(range.min());
    Expr extent = f.apply(range.extent());
    return min == range.min() && extent == range.extent() ? range : new Range(min, extent);
  }

  /** Maps the ranges of a region. */
  public static BufferRegion map(BufferRegion region, UnaryOperator<Expr> f) {
    List<Range> ranges = mapList(region.region(), range -> map(range, f));
    return ranges == region.region() ? region : new BufferRegion(region.buffer(), ranges);
  }

  /** Maps the expressions in an annotation's value. */
  public static AttrValue map(AttrValue value, UnaryOperator<Expr> f) {
    return switch (value) {
      case Expr e -> f.apply(e);
      case AttrValue.Items(var values) -> {
        List<AttrValue> values2 = mapList(values, v -> map(v, f));
        yield values2 == values ? value : new AttrValue.Items(values2);
      }
      case AttrValue.Entries(var values) -> {
        Map<String, AttrValue> values2 = mapAnnotations(values, f);
        yield values2 == values ? value : new AttrValue.Entries(values2);
      }
      case IterVar iter -> {
        Range dom = map(iter.dom(), f);
        yield dom == iter.dom() ? iter : iter.withDom(dom);
      }
      case Buffer b -> b;
      case IndexMap m -> m;
      case CommReducer r -> r;
    };
  }

  /** Maps the expressions in annotations. */
  public static Map<String, AttrValue> mapAnnotations(
      Map<String, AttrValue> annotations, UnaryOperator<Expr> f) {
    Map<String, AttrValue> changed = null;
    for (Map.Entry<String, AttrValue> entry : annotations.entrySet()) {
      AttrValue value = map(entry.getValue(), f);
      if (value != entry.getValue()) {
        if (changed == null) {
          changed = new LinkedHashMap<>(annotations);
        }
        changed.put(entry.getKey(), value);
      }
    }
    return changed == null ? annotations : changed;
  }

  /** Maps a list; the same list if nothing changed. */
  public static <T> List<T> mapList(List<T> list, UnaryOperator<T> f) {
    List<T> changed = null;
    for (int i = 0; i < list.size(); i++) {
      T mapped = f.apply(list.get(i));
      if (changed == null && mapped != list.get(i)) {
        changed = new ArrayList<>(list);
      }
      if (changed != null) {
        changed.set(i, mapped);
      }
    }
    return changed == null ? list : changed;
  }

  private static <T> @Nullable T mapNullable(@Nullable T node, UnaryOperator<T> f) {
    return node == null ? null : f.apply(node);
  }
}
