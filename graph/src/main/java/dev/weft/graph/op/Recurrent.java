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
import dev.weft.tir.te.PointBody;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a recurrent layer. What the input contributes to the gates is worked out before
 * (a matrix product over all steps); this goes through the steps, one thread a sample. Operands:
 * the input's part {@code [t, b, g * h]} with all biases of the input in it, the recurrent weights
 * {@code [g * h, h]}, their biases {@code [g * h]}, the first hidden state {@code [b, h]}, the
 * samples' lengths {@code [b]} (int32); for an LSTM also the first cell state {@code [b, h]} and
 * the peephole weights {@code [3 * h]}. Results: all hidden states {@code [t, b, h]} (0 behind a
 * sample's length), the last one {@code [b, h]}, for an LSTM the last cell state.
 *
 * @param unit which cell
 * @param reverse whether it begins at a sample's end
 * @param linearBeforeReset whether a GRU applies the recurrent weights before the reset gate
 * @param inputForget whether an LSTM's forget gate is 1 less the input gate
 * @param clip bound of what goes into activations; 0 for none
 * @param activations of the gates: RNN f; GRU f, g; LSTM f, g, h
 */
public record Recurrent(
    Kind unit,
    boolean reverse,
    boolean linearBeforeReset,
    boolean inputForget,
    double clip,
    List<GateActivation> activations)
    implements Operator {
  /** Which cell. */
  public enum Kind {
    RNN(1, 1),
    GRU(3, 2),
    LSTM(4, 3);

    /** How many gates. */
    public final int gates;

    /** How many activation functions. */
    public final int functions;

    Kind(int gates, int functions) {
      this.gates = gates;
      this.functions = functions;
    }
  }

  /** Checks the number of activations. */
  public Recurrent {
    activations = List.copyOf(activations);
    if (activations.size() != unit.functions) {
      throw new IllegalArgumentException(
          unit + " needs " + unit.functions + " activations, got " + activations);
    }
  }

  @Override
  public String name() {
    return unit.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OPAQUE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    int count = unit == Kind.LSTM ? 7 : 5;
    Operands operands = Operands.of(this, args, count, count);
    TensorType gates = operands.floating(0);
    TensorType first = operands.floating(3);
    if (gates.rank() != 3 || first.rank() != 2) {
      throw operands.failure("takes [t, b, g * h] and [b, h], got " + gates + " and " + first);
    }
    operands.sameSize(gates.dim(1), first.dim(0), "the batches");
    IntExpr width = first.dim(1);
    IntExpr rows = SizeAlgebra.times(IntExpr.of(unit.gates), width);
    operands.sameSize(gates.dim(2), rows, "the gates of the input and of the state");
    shaped(operands, 1, "the recurrent weights", rows, width);
    shaped(operands, 2, "their biases", rows);
    shaped(operands, 4, "the lengths", gates.dim(1));
    if (unit == Kind.LSTM) {
      shaped(operands, 5, "the first cell state", gates.dim(1), width);
      IntExpr peepholes = SizeAlgebra.times(IntExpr.of(3), width);
      shaped(operands, 6, "the peephole weights", peepholes);
    }
    List<IntExpr> all = List.of(gates.dim(0), gates.dim(1), first.dim(1));
    List<GraphType> results = new ArrayList<>(List.of(first.withShape(new Shape(all)), first));
    if (unit == Kind.LSTM) {
      results.add(first);
    }
    return new TupleType(results);
  }

  private static void shaped(Operands operands, int index, String what, IntExpr... dims) {
    TensorType type = operands.tensor(index);
    if (type.rank() != dims.length) {
      throw operands.failure(what + " must have " + dims.length + " dimensions, got " + type);
    }
    for (int i = 0; i < dims.length; i++) {
      operands.sameSize(type.dim(i), dims[i], what + ", dimension " + i);
    }
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    DType dtype = call.type(3).dtype();
    List<Tensor> inputs = new ArrayList<>();
    for (int i = 0; i < call.count(); i++) {
      inputs.add(call.tensor(i));
    }
    // Behind the results: the state that is carried, the gates, and what comes next.
    DType wide = Maths.accumulator(dtype);
    List<Expr> state = call.shape(1);
    List<Expr> gateShape = List.of(call.dim(0, 1), call.dim(0, 2));
    List<List<Expr>> shapes =
        new ArrayList<>(List.of(call.shape(0), state, state, state, state, gateShape));
    List<DType> dtypes = new ArrayList<>(List.of(dtype, dtype, dtype, wide, wide, wide));
    List<Tensor> results =
        Te.pointwise(
            name(),
            List.of(call.dim(0, 1)),
            shapes,
            dtypes,
            inputs,
            (point, in, out) -> new Steps(call, point.get(0), in, out, wide).code());
    return results.subList(0, unit == Kind.LSTM ? 3 : 2);
  }

  /** The code of one sample. */
  private final class Steps {
    private final Lowering call;
    private final Code code;
    private final Expr sample;
    private final List<Buffer> in;
    private final List<Buffer> out;
    private final DType wide;
    private final Expr width;

    /** The hidden state, the cell state (or a GRU's next state), the gates before activation. */
    private final Buffer hidden;

    private final Buffer cell;
    private final Buffer gates;

    Steps(Lowering call, Expr sample, List<Buffer> in, List<Buffer> out, DType wide) {
      this.call = call;
      this.code = new Code(call);
      this.sample = sample;
      this.in = in;
      this.out = out;
      this.wide = wide;
      this.width = call.dim(3, 1);
      this.hidden = out.get(3);
      this.cell = out.get(4);
      this.gates = out.get(5);
    }

    PointBody.Code code() {
      DType dtype = out.get(0).dtype();
      Expr steps = call.dim(0, 0);
      Expr given = Expr.cast(steps.dtype(), Code.load(in.get(4), sample));
      Code.Cell length = code.cell("length", Expr.min(Expr.max(given, call.index(0)), steps));
      code.loop(
          "j",
          width,
          j -> {
            code.store(hidden, Expr.cast(wide, Code.load(in.get(3), sample, j)), sample, j);
            Expr first =
                unit == Kind.LSTM
                    ? Expr.cast(wide, Code.load(in.get(5), sample, j))
                    : Expr.imm(wide, 0);
            code.store(cell, first, sample, j);
          });
      code.loops(
          "z",
          List.of(steps, width),
          z -> code.store(out.get(0), Expr.imm(dtype, 0), z.get(0), sample, z.get(1)));
      code.loop(
          "s",
          length.get(),
          s -> {
            Expr t = reverse ? Expr.sub(Expr.sub(length.get(), 1), s) : s;
            gatesOf(t);
            switch (unit) {
              case RNN -> rnn();
              case GRU -> gru();
              case LSTM -> lstm();
            }
            code.loop(
                "j",
                width,
                j ->
                    code.store(
                        out.get(0), Expr.cast(dtype, Code.load(hidden, sample, j)), t, sample, j));
          });
      code.loop(
          "j",
          width,
          j -> {
            code.store(out.get(1), Expr.cast(dtype, Code.load(hidden, sample, j)), sample, j);
            code.store(out.get(2), Expr.cast(dtype, Code.load(cell, sample, j)), sample, j);
          });
      return code.done();
    }

    /** The input's part of all gates, and the hidden state's of those that take it as it is. */
    private void gatesOf(Expr t) {
      code.loop(
          "g",
          call.dim(0, 2),
          g -> {
            Code.Cell sum = code.cell("sum", Expr.cast(wide, Code.load(in.get(0), t, sample, g)));
            if (unit == Kind.GRU) {
              // The candidate's recurrent part depends on the reset gate.
              code.when(
                  Expr.lt(g, Expr.mul(width, 2)), () -> sum.set(recurrent(sum.get(), g, null)));
            } else {
              sum.set(recurrent(sum.get(), g, null));
            }
            code.store(gates, sum.get(), sample, g);
          });
    }

    /** A sum with the product of a row of the recurrent weights and the hidden state added. */
    private Expr recurrent(Expr start, Expr row, @Nullable Buffer reset) {
      Code.Cell sum = code.cell("product", Expr.cast(wide, Code.load(in.get(2), row)));
      code.loop(
          "k",
          width,
          k -> {
            Expr state = Code.load(hidden, sample, k);
            Expr factor =
                reset == null
                    ? state
                    : Expr.mul(state, Code.load(reset, sample, Expr.add(width, k)));
            sum.add(Expr.mul(Expr.cast(wide, Code.load(in.get(1), row, k)), factor));
          });
      return Expr.add(start, sum.get());
    }

    private Expr gate(int number, Expr j) {
      return Code.load(gates, sample, Expr.add(Expr.mul(width, number), j));
    }

    private Expr clipped(Expr x) {
      return clip > 0 ? Expr.min(Expr.max(x, Expr.imm(wide, -clip)), Expr.imm(wide, clip)) : x;
    }

    private Expr activated(int function, Expr x) {
      return activations.get(function).of(clipped(x));
    }

    private void rnn() {
      code.loop("j", width, j -> code.store(hidden, activated(0, gate(0, j)), sample, j));
    }

    /** Gates: update z, reset r, candidate h. */
    private void gru() {
      code.loop(
          "g",
          Expr.mul(width, 2),
          g -> code.store(gates, activated(0, Code.load(gates, sample, g)), sample, g));
      code.loop(
          "j",
          width,
          j -> {
            Expr row = Expr.add(Expr.mul(width, 2), j);
            Code.Cell candidate = code.cell("candidate", gate(2, j));
            if (linearBeforeReset) {
              Expr part = recurrent(Expr.imm(wide, 0), row, null);
              candidate.add(Expr.mul(gate(1, j), part));
            } else {
              candidate.set(recurrent(candidate.get(), row, gates));
            }
            candidate.set(activated(1, candidate.get()));
            Code.Cell update = code.cell("update", gate(0, j));
            Expr kept = Expr.mul(update.get(), Code.load(hidden, sample, j));
            Expr taken = Expr.mul(Expr.sub(Expr.imm(wide, 1), update.get()), candidate.get());
            code.store(cell, Expr.add(taken, kept), sample, j);
          });
      code.loop("j", width, j -> code.store(hidden, Code.load(cell, sample, j), sample, j));
    }

    /** Gates: input i, output o, forget f, cell c; peepholes for i, o, f. */
    private void lstm() {
      code.loop(
          "j",
          width,
          j -> {
            Code.Cell old = code.cell("old", Code.load(cell, sample, j));
            Code.Cell input = code.cell("input", activated(0, peeped(gate(0, j), 0, j, old.get())));
            Expr forgotten =
                inputForget
                    ? Expr.sub(Expr.imm(wide, 1), input.get())
                    : activated(0, peeped(gate(2, j), 2, j, old.get()));
            Code.Cell forget = code.cell("forget", forgotten);
            Code.Cell candidate = code.cell("candidate", activated(1, gate(3, j)));
            Expr next =
                Expr.add(Expr.mul(forget.get(), old.get()), Expr.mul(input.get(), candidate.get()));
            Code.Cell state = code.cell("state", next);
            Code.Cell output =
                code.cell("output", activated(0, peeped(gate(1, j), 1, j, state.get())));
            code.store(cell, state.get(), sample, j);
            Expr shown = activations.get(2).of(state.get());
            code.store(hidden, Expr.mul(output.get(), shown), sample, j);
          });
    }

    private Expr peeped(Expr x, int number, Expr j, Expr state) {
      Expr weight = Code.load(in.get(6), Expr.add(Expr.mul(width, number), j));
      return Expr.add(x, Expr.mul(Expr.cast(wide, weight), state));
    }
  }
}
