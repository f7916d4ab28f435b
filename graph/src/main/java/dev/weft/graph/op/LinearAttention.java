package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.TensorType;
import dev.weft.graph.TupleType;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Attention without softmax as a recurrence: at each step the state, a matrix of {@code [d_k, d_v]}
 * a head, is faded (gated), gets {@code key ⊗ value} added, or in delta form {@code beta * key ⊗
 * (value - stateᵀ key)}, and the result is {@code scale * stateᵀ query}. Operands: query {@code [b,
 * t, h_q, d_k]}, key {@code [b, t, h, d_k]}, value {@code [b, t, h, d_v]}, state {@code [b, h, d_k,
 * d_v]}, then the decay's logarithm {@code [b, t, h, d_k or 1]} if gated, beta {@code [b, t, h]} if
 * delta. Results: {@code [b, t, h_q, d_v]} and the last state. The columns of a state don't depend
 * on each other: each is a thread's.
 *
 * @param gated whether the state fades
 * @param delta whether only what is new of a value is added
 * @param scale of the results
 */
public record LinearAttention(boolean gated, boolean delta, double scale) implements Operator {
  @Override
  public String name() {
    return "linear_attention";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OPAQUE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    int count = 4 + (gated ? 1 : 0) + (delta ? 1 : 0);
    Operands operands = Operands.of(this, args, count, count);
    TensorType query = operands.floating(0);
    TensorType key = operands.floating(1);
    TensorType value = operands.floating(2);
    TensorType state = operands.floating(3);
    if (query.rank() != 4 || key.rank() != 4 || value.rank() != 4 || state.rank() != 4) {
      throw operands.failure("query, key, value and state must have four dimensions");
    }
    operands.sameSize(query.dim(3), key.dim(3), "the sizes of queries and keys");
    operands.sameSize(state.dim(3), value.dim(3), "the sizes of values and states");
    operands.sameSize(state.dim(2), key.dim(3), "the sizes of keys and states");
    List<IntExpr> dims = List.of(query.dim(0), query.dim(1), query.dim(2), value.dim(3));
    return new TupleType(List.of(query.withShape(new Shape(dims)), state));
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    TensorType query = call.type(0);
    TensorType key = call.type(1);
    DType wide = Maths.accumulator(call.type(3).dtype());
    Expr heads = call.dim(1, 2);
    Expr width = call.dim(1, 3);
    Expr group = call.expr(SizeAlgebra.floorDiv(query.dim(2), key.dim(2)));
    boolean perKey = gated && !Operands.isOne(call.type(4).dim(3));
    List<Tensor> inputs = new ArrayList<>();
    for (int i = 0; i < call.count(); i++) {
      inputs.add(call.tensor(i));
    }
    List<Tensor> results =
        Te.pointwise(
            name(),
            List.of(call.dim(0, 0), heads, call.dim(2, 3)),
            List.of(call.shape(0), call.shape(1), call.shape(1)),
            List.of(query.dtype(), call.type(3).dtype(), wide),
            inputs,
            (point, in, out) -> {
              Expr b = point.get(0);
              Expr h = point.get(1);
              Expr column = point.get(2);
              Buffer state = out.get(2);
              Code code = new Code(call);
              code.loop(
                  "k",
                  width,
                  k ->
                      code.store(
                          state,
                          Expr.cast(wide, Code.load(in.get(3), b, h, k, column)),
                          b,
                          h,
                          k,
                          column));
              code.loop(
                  "t",
                  call.dim(0, 1),
                  t -> {
                    if (gated) {
                      code.loop(
                          "k",
                          width,
                          k -> {
                            Expr decay = Code.load(in.get(4), b, t, h, perKey ? k : call.index(0));
                            Expr factor = Maths.exp(Expr.cast(wide, decay));
                            Expr old = Code.load(state, b, h, k, column);
                            code.store(state, Expr.mul(factor, old), b, h, k, column);
                          });
                    }
                    Expr value = Expr.cast(wide, Code.load(in.get(2), b, t, h, column));
                    Code.Cell added = code.cell("added", value);
                    if (delta) {
                      Expr beta = Code.load(in.get(gated ? 5 : 4), b, t, h);
                      code.loop(
                          "k",
                          width,
                          k ->
                              added.set(
                                  Expr.sub(
                                      added.get(),
                                      Expr.mul(
                                          Code.load(state, b, h, k, column),
                                          Expr.cast(wide, Code.load(in.get(1), b, t, h, k))))));
                      added.set(Expr.mul(added.get(), Expr.cast(wide, beta)));
                    }
                    code.loop(
                        "k",
                        width,
                        k -> {
                          Expr own = Expr.cast(wide, Code.load(in.get(1), b, t, h, k));
                          Expr old = Code.load(state, b, h, k, column);
                          code.store(
                              state, Expr.add(old, Expr.mul(own, added.get())), b, h, k, column);
                        });
                    code.loop(
                        "g",
                        group,
                        g -> {
                          Expr q = Expr.add(Expr.mul(h, group), g);
                          Code.Cell sum = code.cell("sum", Expr.imm(wide, 0));
                          code.loop(
                              "k",
                              width,
                              k ->
                                  sum.add(
                                      Expr.mul(
                                          Expr.cast(wide, Code.load(in.get(0), b, t, q, k)),
                                          Code.load(state, b, h, k, column))));
                          Expr scaled = Expr.mul(sum.get(), Expr.imm(wide, scale));
                          code.store(out.get(0), Expr.cast(query.dtype(), scaled), b, t, q, column);
                        });
                  });
              code.loop(
                  "k",
                  width,
                  k ->
                      code.store(
                          out.get(1),
                          Expr.cast(call.type(3).dtype(), Code.load(state, b, h, k, column)),
                          b,
                          h,
                          k,
                          column));
              return code.done();
            });
    return results.subList(0, 2);
  }
}
