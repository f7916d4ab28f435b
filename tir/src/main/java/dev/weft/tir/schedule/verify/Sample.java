package dev.weft.tir.schedule.verify;

import dev.weft.base.DType;
import dev.weft.base.Scalars;
import dev.weft.base.Tensor;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Arguments for one call of a function: small whole numbers, so that floating-point sums are exact
 * as long as they stay small; what the function writes begins with values that its results hardly
 * have.
 *
 * @param sizes the symbolic sizes and integer scalar parameters
 * @param args in the order of the parameters
 */
record Sample(Map<Var, Expr> sizes, List<Object> args) {
  /** What integers are drawn from; the first kind with which the function can be run is taken. */
  enum Values {
    /** Negative ones too. */
    SIGNED,
    /** 0 and 1: indices of whatever has two elements. */
    BITS
  }

  /** The sizes that are tried: three runs. */
  private static final long[][] SIZES = {{5, 7, 3, 11, 2, 13}, {16}, {1}};

  /**
   * All samples for a function, one for each choice of its sizes; a single one if it has none.
   *
   * @return null if a parameter is neither a buffer nor a number
   */
  static @Nullable List<Sample> of(PrimFunc function, Values values, Map<String, Long> given) {
    List<Var> free = freeSizes(function);
    if (free == null) {
      return null;
    }
    List<Sample> samples = new ArrayList<>();
    for (long[] choice : SIZES) {
      Map<Var, Expr> sizes = new HashMap<>();
      for (int i = 0; i < free.size(); i++) {
        Var size = free.get(i);
        long chosen = choice[i % choice.length];
        sizes.put(size, Expr.imm(size.dtype(), given.getOrDefault(size.name(), chosen)));
      }
      Sample sample = of(function, values, new HashMap<>(sizes), sizes);
      if (sample == null) {
        return null;
      }
      samples.add(sample);
      if (free.isEmpty()) {
        break;
      }
    }
    return samples;
  }

  private static @Nullable List<Var> freeSizes(PrimFunc function) {
    Set<Var> free = new LinkedHashSet<>();
    for (Var param : function.params()) {
      Buffer buffer = function.bufferMap().get(param);
      if (buffer != null) {
        for (Expr dim : buffer.shape()) {
          if (dim instanceof Var size) {
            free.add(size);
          }
        }
      } else if (param.dtype().isHandle()) {
        return null;
      } else if (!param.dtype().isFloat()) {
        free.add(param);
      }
    }
    return List.copyOf(free);
  }

  private static @Nullable Sample of(
      PrimFunc function, Values values, Map<Var, Expr> known, Map<Var, Expr> sizes) {
    Set<Buffer> written = written(function);
    List<Object> args = new ArrayList<>();
    for (Var param : function.params()) {
      Buffer buffer = function.bufferMap().get(param);
      if (buffer == null) {
        Expr size = sizes.get(param);
        args.add(size instanceof Expr.IntImm(var _, long value) ? (Number) value : (Number) 1.5);
        continue;
      }
      long[] shape = shape(buffer, known);
      if (shape == null) {
        return null;
      }
      int position = args.size();
      args.add(tensor(buffer.dtype(), shape, position, written.contains(buffer), values));
    }
    return new Sample(sizes, args);
  }

  /** A buffer's shape for given sizes; null if they don't give it. */
  static long @Nullable [] shape(Buffer buffer, Map<Var, Expr> sizes) {
    long[] shape = new long[buffer.rank()];
    for (int d = 0; d < shape.length; d++) {
      Expr dim = buffer.shape().get(d);
      Expr value =
          dim instanceof Expr.IntImm ? dim : new Analyzer().simplify(Substitute.in(dim, sizes));
      if (!(value instanceof Expr.IntImm(var _, long extent)) || extent < 0) {
        return null;
      }
      shape[d] = extent;
    }
    return shape;
  }

  private static Set<Buffer> written(PrimFunc function) {
    Set<Buffer> written = new HashSet<>();
    new IrWalker() {
      @Override
      public void stmt(Stmt node) {
        if (node instanceof Stmt.Store store) {
          written.add(store.buffer());
        }
        if (node instanceof Stmt.Block block) {
          block.writes().forEach(write -> written.add(write.buffer()));
        }
        super.stmt(node);
      }
    }.stmt(function.body());
    return written;
  }

  /** A tensor without a meaning in any of its elements. */
  static Tensor blank(DType dtype, long[] shape) {
    long elements = 1;
    for (long dim : shape) {
      elements *= dim;
    }
    long bytes = elements * dtype.bytes();
    long[] memory = new long[Math.toIntExact((bytes + 7) / 8)];
    return Tensor.wrap(dtype, MemorySegment.ofArray(memory).asSlice(0, bytes), shape);
  }

  /** A copy in the heap, which nobody needs to close. */
  static Tensor copy(Tensor tensor) {
    Tensor copy = blank(tensor.dtype(), tensor.shape());
    copy.data().copyFrom(tensor.data());
    return copy;
  }

  private static Tensor tensor(
      DType dtype, long[] shape, int position, boolean output, Values values) {
    Tensor tensor = blank(dtype, shape);
    DType scalar = dtype.scalar();
    long count = tensor.elements() * dtype.lanes();
    long seed = position * 0x9E3779B97F4A7C15L;
    for (long i = 0; i < count; i++) {
      seed = seed * 0x5851F42D4C957F2DL + 0x14057B7EF767814FL;
      int random = (int) (seed >>> 40);
      long offset = i * scalar.bytes();
      if (scalar.isFloat()) {
        double value = output ? 64 + Math.floorMod(random, 32) : Math.floorMod(random, 9) - 4;
        Scalars.setFloat(scalar, tensor.data(), offset, value);
        continue;
      }
      long value =
          scalar.isBool() || values == Values.BITS
              ? random & 1
              : output ? 64 + Math.floorMod(random, 32) : Math.floorMod(random, 23) - 11;
      Scalars.setInt(scalar, tensor.data(), offset, Scalars.wrap(scalar, value));
    }
    return tensor;
  }
}
