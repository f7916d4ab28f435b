package dev.weft.tir.schedule.verify;

import dev.weft.base.Tensor;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IndexMap;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import dev.weft.tir.schedule.trace.Instruction;
import dev.weft.tir.schedule.trace.TraceValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The layout of a function's parameters is part of what callers see, and {@code transformLayout}
 * may change it: then the caller's elements are expected in their new places.
 */
final class ParameterLayout {
  private ParameterLayout() {}

  /** The index map of a step that changes the layout of buffers; null for any other. */
  static @Nullable IndexMap of(Instruction step) {
    if (step.kind().equals("TransformLayout")
        && step.inputs().size() > 1
        && step.inputs().get(1) instanceof TraceValue.Indices(IndexMap map)) {
      return map;
    }
    return null;
  }

  /** Whether a step gave a parameter another buffer. */
  static boolean isChanged(PrimFunc before, PrimFunc after) {
    List<Buffer> old = before.paramBuffers();
    List<Buffer> now = after.paramBuffers();
    for (int i = 0; i < old.size(); i++) {
      if (old.get(i) != now.get(i)) {
        return true;
      }
    }
    return false;
  }

  /**
   * A run before a step as it should be after it; null if elements share a place, or places are
   * left that hold no element.
   */
  static @Nullable Run moved(Run run, PrimFunc before, PrimFunc after, IndexMap map) {
    List<Object> args = new ArrayList<>(run.sample().args());
    List<Object> results = new ArrayList<>(run.results());
    for (int i = 0; i < args.size(); i++) {
      Buffer old = before.bufferMap().get(before.params().get(i));
      Buffer now = after.bufferMap().get(after.params().get(i));
      if (old == now || old == null || now == null) {
        continue;
      }
      long[] shape = Sample.shape(now, run.sample().sizes());
      Tensor arg = shape == null ? null : moved((Tensor) args.get(i), shape, map);
      Tensor result = shape == null ? null : moved((Tensor) results.get(i), shape, map);
      if (arg == null || result == null) {
        return null;
      }
      args.set(i, arg);
      results.set(i, result);
    }
    return new Run(new Sample(run.sample().sizes(), args), results);
  }

  private static @Nullable Tensor moved(Tensor tensor, long[] shape, IndexMap map) {
    Tensor result = Sample.blank(tensor.dtype(), shape);
    if (tensor.elements() != result.elements() || tensor.rank() != map.inputs().size()) {
      return null;
    }
    boolean[] taken = new boolean[Math.toIntExact(tensor.elements())];
    long bytes = tensor.dtype().bytes();
    for (int from = 0; from < taken.length; from++) {
      long to = position(index(from, tensor.shape(), map), shape, map);
      if (to < 0 || taken[(int) to]) {
        return null;
      }
      taken[(int) to] = true;
      result.data().asSlice(to * bytes, bytes).copyFrom(tensor.data().asSlice(from * bytes, bytes));
    }
    return result;
  }

  private static Map<Var, Expr> index(long position, long[] shape, IndexMap map) {
    Map<Var, Expr> values = new HashMap<>();
    long rest = position;
    for (int d = shape.length - 1; d >= 0; d--) {
      Var input = map.inputs().get(d);
      values.put(input, Expr.imm(input.dtype(), rest % shape[d]));
      rest /= shape[d];
    }
    return values;
  }

  private static long position(Map<Var, Expr> values, long[] shape, IndexMap map) {
    long position = 0;
    for (int d = 0; d < shape.length; d++) {
      Expr index = new Analyzer().simplify(Substitute.in(map.outputs().get(d), values));
      if (!(index instanceof Expr.IntImm(var _, long value)) || value < 0 || value >= shape[d]) {
        return -1;
      }
      position = position * shape[d] + value;
    }
    return position;
  }
}
