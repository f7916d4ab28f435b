package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * How often n-grams occur in rows of tokens {@code [b, t]}, with up to {@code skips} tokens left
 * out between two of a gram. Further operands: the grams' tokens one behind the other (int64), the
 * result's column for each gram (int64), a weight for each (float32). The result is {@code [b,
 * columns]}, float32.
 *
 * @param mode what is made of a count
 * @param starts where in the tokens' list the 1-grams, 2-grams, … begin, and where the last end
 * @param least the shortest grams that count
 * @param most the longest grams that count
 * @param skips how many tokens may be left out between two
 * @param columns of the result
 */
public record CountGrams(
    Mode mode, List<Long> starts, long least, long most, long skips, long columns)
    implements Operator {
  /** What is made of a count. */
  public enum Mode {
    /** The count itself. */
    TF,
    /** The weight, if the gram occurs at all. */
    IDF,
    /** The count times the weight. */
    TFIDF
  }

  /** Copies the list. */
  public CountGrams {
    starts = List.copyOf(starts);
  }

  @Override
  public String name() {
    return "count_grams";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OPAQUE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 4, 4);
    TensorType x = operands.tensor(0);
    if (x.rank() != 2 || !x.dtype().isInt()) {
      throw operands.failure("takes integers [b, t], got " + x);
    }
    return new TensorType(new Shape(List.of(x.dim(0), IntExpr.of(columns))), DType.FLOAT32);
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    DType index = call.index(0).dtype();
    return Te.pointwise(
        name(),
        List.of(call.dim(0, 0)),
        List.of(call.shape()),
        List.of(DType.FLOAT32),
        List.of(call.tensor(0), call.tensor(1), call.tensor(2), call.tensor(3)),
        (point, in, out) -> {
          Code code = new Code(call);
          Expr row = point.get(0);
          code.loop(
              "z",
              call.index(columns),
              z -> code.store(out.get(0), Expr.imm(DType.FLOAT32, 0), row, z));
          long before = 0;
          for (int n = 1; n < starts.size(); n++) {
            long begin = starts.get(n - 1);
            long grams = (starts.get(n) - begin) / n;
            if (n >= least && n <= most && grams > 0) {
              grams(code, call, in, out, row, new Grams(n, begin, before, grams), index);
            }
            before += grams;
          }
          return code.done();
        });
  }

  /** The grams of one length: where their tokens begin, how many come before, how many they are. */
  private record Grams(int length, long begin, long before, long count) {}

  private void grams(
      Code code,
      Lowering call,
      List<Buffer> in,
      List<Buffer> out,
      Expr row,
      Grams grams,
      DType index) {
    int n = grams.length();
    code.loop(
        "g",
        call.index(grams.count()),
        g -> {
          Code.Cell count = code.cell("count", Expr.imm(DType.FLOAT32, 0));
          // Single tokens have nothing between them to skip.
          code.loop(
              "skip",
              call.index(n == 1 ? 1 : skips + 1),
              skip -> {
                Expr step = Expr.add(skip, 1);
                Expr reach = Expr.mul(step, n - 1L);
                Expr places = Expr.max(Expr.sub(call.dim(0, 1), reach), call.index(0));
                code.loop(
                    "t",
                    places,
                    t -> {
                      List<Expr> same = new ArrayList<>();
                      for (int k = 0; k < n; k++) {
                        Expr place = Expr.add(t, Expr.mul(step, k));
                        Expr token = Expr.cast(DType.INT64, Code.load(in.get(0), row, place));
                        Expr at = Expr.add(Expr.mul(g, n), call.index(grams.begin() + k));
                        same.add(Expr.eq(token, Code.load(in.get(1), at)));
                      }
                      Expr all = same.stream().reduce(Expr.bool(true), Expr::and);
                      code.when(all, () -> count.add(Expr.imm(DType.FLOAT32, 1)));
                    });
              });
          Expr gram = Expr.add(g, call.index(grams.before()));
          Expr weight = Code.load(in.get(3), gram);
          Expr zero = Expr.imm(DType.FLOAT32, 0);
          Expr value =
              switch (mode) {
                case TF -> count.get();
                case IDF -> new Expr.Select(Expr.gt(count.get(), zero), weight, zero);
                case TFIDF -> Expr.mul(count.get(), weight);
              };
          Expr given = Expr.cast(index, Code.load(in.get(2), gram));
          Expr column = Indices.clamped(call, given, call.index(columns));
          Expr old = Code.load(out.get(0), row, column);
          code.store(out.get(0), Expr.add(old, value), row, column);
        });
  }
}
