package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.List;

/**
 * Random numbers of 32 bits (uint32), each a mixture of the seed and the element's position, so
 * that they don't depend on the order in which they are worked out. The mixing steps are those of
 * MurmurHash3's finaliser (Appleby, 2011), carried out twice with different keys.
 *
 * @param shape of the result
 * @param seed different seeds give different numbers
 */
public record RandomBits(Shape shape, long seed) implements Operator {
  @Override
  public String name() {
    return "random_bits";
  }

  @Override
  public PatternKind kind() {
    // Not to be worked out anew by each of several users, and not to be folded.
    return PatternKind.OPAQUE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands.of(this, args, 0, 0);
    return new TensorType(shape, DType.UINT32);
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    return List.of(
        Te.compute(
            name(),
            call.shape(),
            axes -> {
              Expr position = Expr.imm(DType.UINT32, 0L);
              for (int d = 0; d < axes.size(); d++) {
                Expr size = Expr.cast(DType.UINT32, call.shape().get(d));
                Expr own = Expr.cast(DType.UINT32, axes.get(d));
                position = d == 0 ? own : Expr.add(Expr.mul(position, size), own);
              }
              Expr first = mixed(Expr.add(Expr.mul(position, bits(0x9E3779B9L)), bits(seed)));
              return mixed(
                  Maths.call(Intrinsic.BITWISE_XOR, first, bits((seed >>> 32) ^ 0x7F4A7C15L)));
            }));
  }

  private static Expr bits(long value) {
    return Expr.imm(DType.UINT32, value & 0xFFFFFFFFL);
  }

  private static Expr mixed(Expr x) {
    Expr a = Expr.mul(folded(x, 16), bits(0x85EBCA6BL));
    Expr b = Expr.mul(folded(a, 13), bits(0xC2B2AE35L));
    return folded(b, 16);
  }

  private static Expr folded(Expr x, long shift) {
    return Maths.call(Intrinsic.BITWISE_XOR, x, Maths.call(Intrinsic.SHIFT_RIGHT, x, bits(shift)));
  }
}
