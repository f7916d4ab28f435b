package dev.weft.tir.structural;

import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Callee;
import dev.weft.tir.CommReducer;
import dev.weft.tir.Expr;
import dev.weft.tir.IndexMap;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One hash under way: IR becomes a stream of words, each mixed into the state. */
final class Hashing {
  private final Map<Object, Integer> numbers = new HashMap<>();
  private int count;
  private long state = 0x243F6A8885A308D3L;

  long result() {
    return state;
  }

  /** Mixes one word in (finaliser of MurmurHash3, Austin Appleby). */
  void number(long word) {
    long x = state * 31 + word;
    x = (x ^ (x >>> 33)) * 0xFF51AFD7ED558CCDL;
    x = (x ^ (x >>> 33)) * 0xC4CEB9FE1A85EC53L;
    state = x ^ (x >>> 33);
  }

  void text(String text) {
    number(text.length());
    text.chars().forEach(this::number);
  }

  void function(PrimFunc function) {
    list(function.params(), this::declare);
    for (Var param : function.params()) {
      maybe(function.bufferMap().get(param), this::declare);
    }
    annotations(function.attrs());
    stmt(function.body());
  }

  void expr(Expr node) {
    text(node.getClass().getSimpleName());
    switch (node) {
      case Var v -> variable(v);
      case Expr.IntImm(var dtype, var value) -> {
        text(dtype.toString());
        number(value);
      }
      case Expr.FloatImm(var dtype, var value) -> {
        text(dtype.toString());
        number(Double.doubleToLongBits(value));
      }
      case Expr.StringImm(var value) -> text(value);
      case Expr.Cast(var dtype, var value) -> {
        text(dtype.toString());
        expr(value);
      }
      case Expr.Binary(var op, var a, var b) -> {
        text(op.text);
        expr(a);
        expr(b);
      }
      case Expr.Not(var value) -> expr(value);
      case Expr.Select(var condition, var ifTrue, var ifFalse) -> {
        expr(condition);
        expr(ifTrue);
        expr(ifFalse);
      }
      case Expr.Load(var buffer, var indices, var predicate) -> {
        buffer(buffer);
        list(indices, this::expr);
        maybe(predicate, this::expr);
      }
      case Expr.Ramp(var base, var stride, var lanes) -> {
        number(lanes);
        expr(base);
        expr(stride);
      }
      case Expr.Broadcast(var value, var lanes) -> {
        number(lanes);
        expr(value);
      }
      case Expr.Let(var v, var value, var body) -> {
        expr(value);
        declare(v);
        expr(body);
      }
      case Expr.Shuffle(var vectors, var positions) -> {
        list(vectors, this::expr);
        list(positions, this::expr);
      }
      case Expr.Call(var dtype, var callee, var args) -> {
        text(
            switch (callee) {
              case Intrinsic intrinsic -> intrinsic.text;
              case Callee.GlobalVar(var name) -> "@" + name;
            });
        text(dtype.toString());
        list(args, this::expr);
      }
    }
  }

  void stmt(Stmt node) {
    if (!(node instanceof Stmt.Seq)) {
      text(node.getClass().getSimpleName());
    }
    switch (node) {
      case Stmt.Let(var v, var value, var body) -> {
        expr(value);
        declare(v);
        stmt(body);
      }
      case Stmt.Attr(var about, var key, var value, var body) -> {
        text(key);
        value(about);
        expr(value);
        stmt(body);
      }
      case Stmt.Assert(var condition, var message, var body) -> {
        expr(condition);
        expr(message);
        stmt(body);
      }
      case Stmt.Store(var buffer, var value, var indices, var predicate) -> {
        buffer(buffer);
        list(indices, this::expr);
        expr(value);
        maybe(predicate, this::expr);
      }
      case Stmt.Allocate(
              var data,
              var dtype,
              var extents,
              var condition,
              var annotations,
              var body) -> {
        declare(data);
        text(dtype.toString());
        list(extents, this::expr);
        expr(condition);
        annotations(annotations);
        stmt(body);
      }
      case Stmt.AllocateConst(var data, var dtype, var extents, var values, var body) -> {
        declare(data);
        text(dtype.toString());
        list(extents, this::expr);
        list(values, this::expr);
        stmt(body);
      }
      case Stmt.DeclBuffer(var buffer, var body) -> {
        declare(buffer);
        stmt(body);
      }
      // Neither counted nor bracketed, so that nesting makes no difference.
      case Stmt.Seq(var stmts) -> stmts.forEach(this::stmt);
      case Stmt.Evaluate(var value) -> expr(value);
      case Stmt.If(var condition, var then, var otherwise) -> {
        expr(condition);
        stmt(then);
        maybe(otherwise, this::stmt);
      }
      case Stmt.For(
              var v,
              var min,
              var extent,
              var kind,
              var thread,
              var annotations,
              var body) -> {
        text(kind.text);
        maybe(thread, tag -> text(tag.text));
        expr(min);
        expr(extent);
        annotations(annotations);
        declare(v);
        stmt(body);
      }
      case Stmt.While(var condition, var body) -> {
        expr(condition);
        stmt(body);
      }
      case Stmt.Break _, Stmt.Continue _ -> {}
      case Stmt.ThreadGroup(var role, var begin, var count, var body) -> {
        text(role);
        expr(begin);
        expr(count);
        stmt(body);
      }
      case Stmt.Block block -> block(block);
      case Stmt.BlockRealize(var values, var predicate, var block) -> {
        list(values, this::expr);
        expr(predicate);
        stmt(block);
      }
    }
  }

  private void block(Stmt.Block block) {
    list(
        block.iterVars(),
        axis -> {
          declare(axis.var());
          value(axis);
        });
    list(block.allocBuffers(), this::declare);
    list(
        block.matchBuffers(),
        match -> {
          region(match.source());
          declare(match.buffer());
        });
    list(block.reads(), this::region);
    list(block.writes(), this::region);
    annotations(block.annotations());
    maybe(block.init(), this::stmt);
    stmt(block.body());
  }

  void annotations(Map<String, AttrValue> annotations) {
    number(annotations.size());
    annotations.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            entry -> {
              text(entry.getKey());
              value(entry.getValue());
            });
  }

  private void value(AttrValue value) {
    switch (value) {
      case Expr e -> expr(e);
      case AttrValue.Items(var values) -> list(values, this::value);
      case AttrValue.Entries(var values) -> annotations(values);
      case IterVar(var dom, var v, var kind, var thread) -> {
        text(kind.text);
        maybe(thread, tag -> text(tag.text));
        range(dom);
        variable(v);
      }
      case Buffer b -> buffer(b);
      case IndexMap(var inputs, var outputs) -> {
        list(inputs, this::declare);
        list(outputs, this::expr);
      }
      case CommReducer(var left, var right, var results, var identity) -> {
        list(left, this::declare);
        list(right, this::declare);
        list(results, this::expr);
        list(identity, this::expr);
      }
    }
  }

  private void region(BufferRegion region) {
    buffer(region.buffer());
    list(region.region(), this::range);
  }

  private void range(Range range) {
    expr(range.min());
    expr(range.extent());
  }

  /** A declaration gives a number of its own, even to a variable that was declared before. */
  private void declare(Var v) {
    numbers.remove(v);
    variable(v);
  }

  private void declare(Buffer buffer) {
    numbers.remove(buffer);
    buffer(buffer);
  }

  /** A buffer's looks count where it is first met, its number everywhere. */
  private void buffer(Buffer buffer) {
    if (first(buffer)) {
      text(buffer.dtype().toString());
      text(buffer.scope().toString());
      list(buffer.shape(), this::expr);
      list(buffer.strides(), this::expr);
      expr(buffer.elemOffset());
      number(buffer.alignment());
      number(buffer.offsetFactor());
      buffer.axisSeparators().forEach(this::number);
      variable(buffer.data());
    }
  }

  private void variable(Var v) {
    if (first(v)) {
      text(v.dtype().toString());
    }
  }

  private boolean first(Object thing) {
    Integer known = numbers.get(thing);
    if (known == null) {
      numbers.put(thing, count);
    }
    number(known == null ? count++ : known);
    return known == null;
  }

  private <T> void list(List<T> items, Consumer<T> item) {
    number(items.size());
    items.forEach(item);
  }

  private <T> void maybe(@Nullable T thing, Consumer<T> consumer) {
    number(thing == null ? 0 : 1);
    if (thing != null) {
      consumer.accept(thing);
    }
  }
}
