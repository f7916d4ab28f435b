package dev.weft.tir.schedule.fuzz;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Var;
import dev.weft.tir.te.Axes;
import dev.weft.tir.te.ReduceAxis;
import dev.weft.tir.te.Reduction;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Random functions of two to five stages that read inputs and each other: element-wise, shifted,
 * strided, reversed, reshaped, padded and transposed reads, reductions of all kinds, products of
 * matrices. Small: a few hundred elements a stage.
 */
final class RandomPipelines {
  private static final long[] EXTENTS = {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16};
  private static final long[] SMALL = {1, 2, 3, 4, 5};

  /** int32 most often: its sums are the same in every order, whatever their size. */
  private static final List<DType> DTYPES =
      List.of(
          DType.INT32,
          DType.INT32,
          DType.INT32,
          DType.INT32,
          DType.INT32,
          DType.INT8,
          DType.UINT8,
          DType.INT64,
          DType.FLOAT32,
          DType.FLOAT32,
          DType.FLOAT16);

  private final SplittableRandom random;
  private final DType dtype;
  private final DType index;
  private final @Nullable Var symbol;
  private final List<Tensor> inputs = new ArrayList<>();
  private final List<Tensor> stages = new ArrayList<>();
  private final List<Tensor> read = new ArrayList<>();
  private final List<Tensor> alsoOutputs = new ArrayList<>();
  private int names;

  private RandomPipelines(SplittableRandom random) {
    this.random = random;
    this.dtype = pick(DTYPES);
    this.index = random.nextInt(8) == 0 ? DType.INT64 : DType.INT32;
    this.symbol = random.nextInt(7) == 0 ? Var.of("n", index) : null;
  }

  static PrimFunc of(SplittableRandom random) {
    return new RandomPipelines(random).build();
  }

  private PrimFunc build() {
    input(shape(1 + random.nextInt(3)));
    int count = 2 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      Tensor x = i == 0 ? inputs.getFirst() : i == 1 || coin(2, 3) ? stages.getLast() : operand();
      stages.add(stage(x));
    }
    List<Tensor> params = new ArrayList<>(inputs);
    for (Tensor stage : stages) {
      if (!read.contains(stage) || alsoOutputs.contains(stage) || coin(1, 12)) {
        params.add(stage);
      }
    }
    return Te.primFunc("main", params);
  }

  private boolean coin(int chances, int of) {
    return random.nextInt(of) < chances;
  }

  private <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private Expr extent(int rank) {
    if (symbol != null && coin(1, 3)) {
      return symbol;
    }
    long[] choices = rank > 2 ? SMALL : EXTENTS;
    return Expr.imm(index, choices[random.nextInt(choices.length)]);
  }

  private List<Expr> shape(int rank) {
    List<Expr> shape = new ArrayList<>();
    for (int d = 0; d < rank; d++) {
      shape.add(extent(rank));
    }
    return shape;
  }

  private Tensor input(List<Expr> shape) {
    Tensor input = Te.placeholder("X" + inputs.size(), dtype, shape);
    inputs.add(input);
    return input;
  }

  private String name() {
    return "S" + names++;
  }

  private Expr constant() {
    return dtype.isFloat()
        ? Expr.imm(dtype, pick(List.of(0.0, 0.5, 2.0, -1.5)))
        : Expr.imm(dtype, random.nextInt(5));
  }

  private Expr at(long value) {
    return Expr.imm(index, value);
  }

  private static long value(Expr dim) {
    return dim instanceof Expr.IntImm(var _, long value) ? value : -1;
  }

  /** Something to read: a stage or an input. */
  private Tensor operand() {
    List<Tensor> all = new ArrayList<>(inputs);
    all.addAll(stages);
    all.removeIf(t -> !t.dtype().equals(dtype));
    return pick(all);
  }

  /** A tensor of a given shape: an earlier one, or a new input. */
  private Tensor operand(List<Expr> shape) {
    List<Tensor> fitting = new ArrayList<>();
    for (Tensor tensor : stages) {
      if (tensor.shape().equals(shape) && tensor.dtype().equals(dtype)) {
        fitting.add(tensor);
      }
    }
    for (Tensor tensor : inputs) {
      if (tensor.shape().equals(shape)) {
        fitting.add(tensor);
      }
    }
    return fitting.isEmpty() || coin(1, 3) ? input(shape) : pick(fitting);
  }

  private Tensor stage(Tensor x) {
    read.add(x);
    Tensor made =
        switch (random.nextInt(16)) {
          case 0, 1, 2 -> elementwise(x);
          case 3 -> transposed(x);
          case 4 -> moved(x);
          case 5 -> reshaped(x);
          case 6 -> padded(x);
          case 7 -> shiftedSum(x);
          case 8 -> windowSum(x);
          case 9, 10 -> reduced(x);
          case 11 -> guardedSum(x);
          case 12, 13 -> product(x);
          case 14 -> argument(x);
          default -> combined(x);
        };
    return made.rank() == 0 ? elementwise(made) : made;
  }

  private Tensor elementwise(Tensor x) {
    Expr c = constant();
    return switch (random.nextInt(4)) {
      case 0 -> Te.compute(name(), x.shape(), i -> Expr.max(x.at(i), c));
      case 1 -> Te.compute(name(), x.shape(), i -> Expr.add(Expr.mul(x.at(i), c), x.at(i)));
      case 2 ->
          Te.compute(
              name(),
              x.shape(),
              i -> new Expr.Select(Expr.lt(x.at(i), c), c, Expr.sub(x.at(i), c)));
      default ->
          Te.compute(
              name(),
              x.shape(),
              i ->
                  i.size() == 0
                      ? Expr.add(x.at(i), c)
                      : Expr.add(x.at(i), Expr.cast(dtype, Expr.floorMod(i.get(0), at(3)))));
    };
  }

  private Tensor combined(Tensor x) {
    if (x.rank() > 1 && coin(1, 3)) {
      Tensor row = operand(x.shape().subList(x.rank() - 1, x.rank()));
      read.add(row);
      return Te.compute(name(), x.shape(), i -> Expr.add(x.at(i), row.at(i.get(i.size() - 1))));
    }
    Tensor other = operand(x.shape());
    read.add(other);
    return Te.compute(
        name(), x.shape(), i -> Expr.sub(Expr.mul(x.at(i), Expr.imm(dtype, 2)), other.at(i)));
  }

  private Tensor transposed(Tensor x) {
    List<Integer> order = new ArrayList<>();
    for (int d = 0; d < x.rank(); d++) {
      order.add(d);
    }
    Collections.shuffle(order, new Random(random.nextLong()));
    List<Expr> shape = order.stream().map(x::dim).toList();
    return Te.compute(
        name(),
        shape,
        i -> {
          List<Expr> indices = new ArrayList<>(x.shape());
          for (int d = 0; d < order.size(); d++) {
            indices.set(order.get(d), i.get(d));
          }
          return x.at(indices);
        });
  }

  private static List<Expr> with(List<? extends Expr> list, int at, Expr value) {
    List<Expr> result = new ArrayList<>(list);
    result.set(at, value);
    return result;
  }

  /** Some of a dimension: shifted, strided or backwards. */
  private Tensor moved(Tensor x) {
    int d = random.nextInt(x.rank());
    long n = value(x.dim(d));
    if (n < 3 || coin(1, 4)) {
      Expr last = Expr.sub(x.dim(d), 1);
      return Te.compute(name(), x.shape(), i -> x.at(with(i.list(), d, Expr.sub(last, i.get(d)))));
    }
    if (coin(1, 2)) {
      long offset = 1L + random.nextInt((int) n - 1);
      return Te.compute(
          name(),
          with(x.shape(), d, at(n - offset)),
          i -> x.at(with(i.list(), d, Expr.add(i.get(d), offset))));
    }
    return Te.compute(
        name(),
        with(x.shape(), d, at((n + 1) / 2)),
        i -> x.at(with(i.list(), d, Expr.mul(i.get(d), 2))));
  }

  private Tensor reshaped(Tensor x) {
    if (x.rank() > 1 && coin(1, 2)) {
      Expr width = x.dim(1);
      List<Expr> shape = new ArrayList<>(x.shape().subList(1, x.rank()));
      shape.set(0, Expr.mul(x.dim(0), width));
      return Te.compute(
          name(),
          shape,
          i -> {
            List<Expr> indices = new ArrayList<>();
            indices.add(Expr.floorDiv(i.get(0), width));
            indices.add(Expr.floorMod(i.get(0), width));
            indices.addAll(i.list(1, i.size()));
            return x.at(indices);
          });
    }
    long n = value(x.dim(0));
    long factor = n % 2 == 0 ? 2 : n % 3 == 0 ? 3 : 1;
    if (n < 0) {
      return elementwise(x);
    }
    List<Expr> shape = new ArrayList<>(List.of(at(n / factor), at(factor)));
    shape.addAll(x.shape().subList(1, x.rank()));
    return Te.compute(
        name(),
        shape,
        i -> {
          List<Expr> indices = new ArrayList<>();
          indices.add(Expr.add(Expr.mul(i.get(0), factor), i.get(1)));
          indices.addAll(i.list(2, i.size()));
          return x.at(indices);
        });
  }

  private Tensor padded(Tensor x) {
    int d = random.nextInt(x.rank());
    long before = random.nextInt(3);
    long after = random.nextInt(3);
    Expr n = x.dim(d);
    Expr zero = Expr.imm(dtype, 0);
    return Te.compute(
        name(),
        with(x.shape(), d, Expr.add(n, before + after)),
        i -> {
          Expr inside =
              Expr.and(Expr.ge(i.get(d), at(before)), Expr.lt(i.get(d), Expr.add(n, before)));
          Expr inner = x.at(with(i.list(), d, Expr.sub(i.get(d), before)));
          return Expr.Call.of(dtype, Intrinsic.IF_THEN_ELSE, inside, inner, zero);
        });
  }

  private Tensor shiftedSum(Tensor x) {
    int d = random.nextInt(x.rank());
    long n = value(x.dim(d));
    if (n < 3) {
      return elementwise(x);
    }
    return Te.compute(
        name(),
        with(x.shape(), d, at(n - 2)),
        i ->
            Expr.add(
                Expr.add(x.at(i), x.at(with(i.list(), d, Expr.add(i.get(d), 1)))),
                Expr.mul(x.at(with(i.list(), d, Expr.add(i.get(d), 2))), Expr.imm(dtype, 3))));
  }

  private Tensor windowSum(Tensor x) {
    int d = random.nextInt(x.rank());
    long n = value(x.dim(d));
    if (n < 2) {
      return elementwise(x);
    }
    long window = 1L + random.nextInt((int) Math.min(3, n));
    long stride = 1L + random.nextInt(2);
    ReduceAxis w = Te.reduceAxis(at(window), "w");
    return Te.reduce(
        name(),
        with(x.shape(), d, at((n - window) / stride + 1)),
        i ->
            combination(x.at(with(i.list(), d, Expr.add(Expr.mul(i.get(d), stride), w.var()))), w));
  }

  private Reduction combination(Expr value, ReduceAxis... axes) {
    return switch (random.nextInt(dtype.isFloat() ? 4 : 5)) {
      case 0, 1 -> Te.sum(value, axes);
      case 2 -> Te.max(value, axes);
      case 3 -> Te.min(value, axes);
      default -> Te.prod(value, axes);
    };
  }

  private Tensor reduced(Tensor x) {
    List<ReduceAxis> axes = new ArrayList<>();
    List<Expr> shape = new ArrayList<>();
    List<@Nullable Expr> where = new ArrayList<>();
    for (int d = 0; d < x.rank(); d++) {
      if (coin(1, 2) || (axes.isEmpty() && d == x.rank() - 1)) {
        ReduceAxis axis = Te.reduceAxis(x.dim(d), "k" + axes.size());
        axes.add(axis);
        where.add(axis.var());
      } else {
        shape.add(x.dim(d));
        where.add(null);
      }
    }
    if (shape.isEmpty()) {
      shape.add(at(2));
      return Te.reduce(
          name(),
          shape,
          i ->
              combination(
                  Expr.add(x.at(placed(where, i, 0)), Expr.cast(dtype, i.get(0))),
                  axes.toArray(ReduceAxis[]::new)));
    }
    return Te.reduce(
        name(),
        shape,
        i -> combination(x.at(placed(where, i, 0)), axes.toArray(ReduceAxis[]::new)));
  }

  private static List<Expr> placed(List<@Nullable Expr> where, Axes axes, int from) {
    List<Expr> indices = new ArrayList<>();
    int next = from;
    for (Expr fixed : where) {
      indices.add(fixed == null ? axes.get(next++) : fixed);
    }
    return indices;
  }

  private Tensor guardedSum(Tensor x) {
    if (x.rank() < 2) {
      return reduced(x);
    }
    ReduceAxis k = Te.reduceAxis(x.dim(1), "k");
    List<Expr> shape = new ArrayList<>(x.shape());
    shape.remove(1);
    Expr zero = Expr.imm(dtype, 0);
    BinaryOperator<Expr> compare = coin(1, 2) ? Expr::le : Expr::gt;
    return Te.reduce(
        name(),
        shape,
        i -> {
          List<Expr> indices = new ArrayList<>(i.list());
          indices.add(1, k.var());
          Expr chosen = compare.apply(k.var(), i.get(0));
          return Te.sum(
              Expr.Call.of(dtype, Intrinsic.IF_THEN_ELSE, chosen, x.at(indices), zero), k);
        });
  }

  private Tensor product(Tensor x) {
    if (x.rank() < 2) {
      return combined(x);
    }
    int rank = x.rank();
    boolean transposed = coin(1, 2);
    List<Expr> batch = x.shape().subList(0, rank - 2);
    Expr inner = x.dim(rank - 1);
    Expr columns = extent(3);
    List<Expr> shape = new ArrayList<>(batch);
    shape.addAll(transposed ? List.of(columns, inner) : List.of(inner, columns));
    Tensor y = operand(shape);
    read.add(y);
    ReduceAxis k = Te.reduceAxis(inner, "k");
    List<Expr> result = new ArrayList<>(batch);
    result.add(x.dim(rank - 2));
    result.add(columns);
    return Te.reduce(
        name(),
        result,
        i -> {
          List<Expr> left = new ArrayList<>(i.list(0, rank - 1));
          left.add(k.var());
          List<Expr> right = new ArrayList<>(i.list(0, rank - 2));
          right.addAll(
              transposed ? List.of(i.get(rank - 1), k.var()) : List.of(k.var(), i.get(rank - 1)));
          return Te.sum(Expr.mul(x.at(left), y.at(right)), k);
        });
  }

  /** Which element of each row is the largest or smallest, and its value. */
  private Tensor argument(Tensor x) {
    if (x.rank() < 2) {
      return reduced(x);
    }
    int last = x.rank() - 1;
    ReduceAxis k = Te.reduceAxis(x.dim(last), "k");
    boolean largest = coin(1, 2);
    List<Tensor> both =
        Te.reduceAll(
            name(),
            x.shape().subList(0, last),
            i -> {
              List<Expr> indices = new ArrayList<>(i.list());
              indices.add(k.var());
              Expr value = x.at(indices);
              return largest ? Te.argmax(k.var(), value, k) : Te.argmin(k.var(), value, k);
            });
    stages.add(both.get(0));
    alsoOutputs.addAll(both);
    return both.get(1);
  }
}
