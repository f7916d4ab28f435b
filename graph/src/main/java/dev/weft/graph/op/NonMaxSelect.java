package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.base.Shape;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.graph.TupleType;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.List;

/**
 * Greedy non-maximum suppression, one thread for each class of an image: the boxes in the order of
 * their scores, without those that overlap one that was taken by more than the threshold. Operands:
 * boxes {@code [b, n, 4]}, scores {@code [b, c, n]}, the most boxes of a class (int64), the
 * overlap's threshold, the least score; the last three have no dimension. Results (int64): the
 * boxes taken {@code [b, c, n]}, and how many {@code [b, c]}.
 *
 * @param centers whether a box is its centre and size rather than two corners
 * @param thresholded whether boxes whose score is not above the least are left out
 */
public record NonMaxSelect(boolean centers, boolean thresholded) implements Operator {
  @Override
  public String name() {
    return "non_max_select";
  }

  @Override
  public PatternKind kind() {
    return PatternKind.OPAQUE;
  }

  @Override
  public GraphType infer(List<GraphType> args) {
    Operands operands = Operands.of(this, args, 5, 5);
    TensorType boxes = operands.floating(0);
    TensorType scores = operands.floating(1);
    if (boxes.rank() != 3 || scores.rank() != 3) {
      throw operands.failure("takes [b, n, 4] and [b, c, n], got " + boxes + " and " + scores);
    }
    operands.sameSize(boxes.dim(0), scores.dim(0), "the batches");
    operands.sameSize(boxes.dim(1), scores.dim(2), "the numbers of boxes");
    TensorType counts = new TensorType(new Shape(scores.shape().dims().subList(0, 2)), DType.INT64);
    return new TupleType(List.of(scores.withDtype(DType.INT64), counts));
  }

  @Override
  public List<Tensor> compute(Lowering call) {
    Expr count = call.dim(1, 2);
    List<Tensor> results =
        Te.pointwise(
            name(),
            call.shape(1),
            List.of(call.shape(0), call.shape(1), call.shape(0)),
            List.of(DType.INT64, DType.INT64, DType.BOOL),
            List.of(call.tensor(0), call.tensor(1), call.tensor(2), call.tensor(3), call.tensor(4)),
            (point, in, out) -> {
              Code code = new Code(call);
              Expr b = point.get(0);
              Expr c = point.get(1);
              Buffer left = out.get(2);
              code.loop(
                  "i",
                  count,
                  i -> {
                    Expr score = Code.load(in.get(1), b, c, i);
                    Expr enough = Expr.gt(score, Code.load(in.get(4)));
                    code.store(left, thresholded ? enough : Expr.bool(true), b, c, i);
                    code.store(out.get(0), Expr.imm(DType.INT64, -1L), b, c, i);
                  });
              Code.Cell taken = code.cell("taken", call.index(0));
              code.loop(
                  "s",
                  count,
                  s -> {
                    Code.Cell best = code.cell("best", call.index(-1));
                    code.loop(
                        "i",
                        count,
                        i -> {
                          Expr now = Indices.clamped(call, best.get(), count);
                          Expr better =
                              Expr.gt(
                                  Code.load(in.get(1), b, c, i), Code.load(in.get(1), b, c, now));
                          Expr first = Expr.lt(best.get(), call.index(0));
                          code.when(
                              Expr.and(Code.load(left, b, c, i), Expr.or(first, better)),
                              () -> best.set(i));
                        });
                    Expr room = Expr.lt(Expr.cast(DType.INT64, taken.get()), Code.load(in.get(2)));
                    code.when(
                        Expr.and(Expr.ge(best.get(), call.index(0)), room),
                        () -> {
                          Expr place = taken.get();
                          code.store(out.get(0), Expr.cast(DType.INT64, best.get()), b, c, place);
                          taken.add(call.index(1));
                          code.store(left, Expr.bool(false), b, c, best.get());
                          code.loop(
                              "i",
                              count,
                              i ->
                                  code.when(
                                      overlaps(code, in, b, best.get(), i),
                                      () -> code.store(left, Expr.bool(false), b, c, i)));
                        });
                  });
              code.store(out.get(1), Expr.cast(DType.INT64, taken.get()), b, c);
              return code.done();
            });
    return results.subList(0, 2);
  }

  /** Whether the intersection of two boxes is more than the threshold of their union. */
  private Expr overlaps(Code code, List<Buffer> in, Expr batch, Expr one, Expr other) {
    Expr[] a = corners(code, in.get(0), batch, one, "a");
    Expr[] b = corners(code, in.get(0), batch, other, "b");
    Expr zero = Maths.number(a[0], 0);
    Expr height = Expr.sub(Expr.min(a[2], b[2]), Expr.max(a[0], b[0]));
    Expr width = Expr.sub(Expr.min(a[3], b[3]), Expr.max(a[1], b[1]));
    Code.Cell both = code.cell("both", Expr.mul(Expr.max(height, zero), Expr.max(width, zero)));
    Code.Cell areaA = code.cell("area_a", area(a));
    Code.Cell areaB = code.cell("area_b", area(b));
    Expr union = Expr.sub(Expr.add(areaA.get(), areaB.get()), both.get());
    Expr proper =
        Expr.and(
            Expr.gt(both.get(), zero),
            Expr.and(Expr.gt(areaA.get(), zero), Expr.gt(areaB.get(), zero)));
    // Expr.div is only looked at where the boxes have an area.
    Expr ratio = Expr.div(both.get(), new Expr.Select(proper, union, Maths.number(union, 1)));
    return Expr.and(proper, Expr.gt(ratio, Expr.cast(ratio.dtype(), Code.load(in.get(3)))));
  }

  private static Expr area(Expr[] box) {
    return Expr.mul(Expr.sub(box[2], box[0]), Expr.sub(box[3], box[1]));
  }

  /** Least y and x, greatest y and x. */
  private Expr[] corners(Code code, Buffer boxes, Expr batch, Expr box, String name) {
    Expr[] given = new Expr[4];
    for (int i = 0; i < 4; i++) {
      Expr place = Expr.imm(box.dtype(), (long) i);
      given[i] = code.cell(name + i, Code.load(boxes, batch, box, place)).get();
    }
    if (centers) {
      Expr half = Maths.number(given[0], 0.5);
      Expr x = Expr.mul(given[2], half);
      Expr y = Expr.mul(given[3], half);
      return new Expr[] {
        Expr.sub(given[1], y), Expr.sub(given[0], x), Expr.add(given[1], y), Expr.add(given[0], x)
      };
    }
    return new Expr[] {
      Expr.min(given[0], given[2]),
      Expr.min(given[1], given[3]),
      Expr.max(given[0], given[2]),
      Expr.max(given[1], given[3])
    };
  }
}
