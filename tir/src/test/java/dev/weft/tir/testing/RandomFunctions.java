package dev.weft.tir.testing;

import dev.weft.base.DType;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Var;
import dev.weft.tir.te.ReduceAxis;
import dev.weft.tir.te.Reduction;
import dev.weft.tir.te.Te;
import dev.weft.tir.te.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Random functions that compute something and can be run: small, of odd extents, in several dtypes.
 * The same seed gives the same function. All inputs are parameters before the only output.
 */
public final class RandomFunctions {
  private static final long[] EXTENTS = {1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 24};
  private static final List<DType> DTYPES =
      List.of(
          DType.FLOAT32,
          DType.FLOAT32,
          DType.FLOAT16,
          DType.FLOAT64,
          DType.INT32,
          DType.INT32,
          DType.INT64,
          DType.INT8,
          DType.UINT8);

  private final SplittableRandom random;
  private final DType dtype;
  private final DType indexType;
  private final List<Tensor> inputs = new ArrayList<>();
  private int stages;

  private RandomFunctions(long seed) {
    random = new SplittableRandom(seed);
    dtype = pick(DTYPES);
    indexType = random.nextInt(8) == 0 ? DType.INT64 : DType.INT32;
  }

  /** The kinds of functions. */
  public enum Kind {
    /** A chain of stages that keep or transpose the shape. */
    ELEMENTWISE,
    /** A reduction of some axes with element-wise stages before and behind. */
    REDUCTION,
    /** A padded input and a sum over a window. */
    STENCIL,
    /** A matrix product, batched or transposed, with element-wise stages around. */
    MATMUL,
    /** A padded convolution. */
    CONVOLUTION,
    /** The position of the largest value of each row: a reduction of pairs. */
    ARGMAX
  }

  /** A function of any kind; every third one has a loop split with a predicate. */
  public static PrimFunc of(long seed) {
    List<Kind> kinds = List.of(Kind.values());
    return of(kinds.get((int) Math.floorMod(mix(seed), (long) kinds.size())), seed);
  }

  /** A function of one kind. */
  public static PrimFunc of(Kind kind, long seed) {
    RandomFunctions functions = new RandomFunctions(mix(seed + kind.name().hashCode()));
    PrimFunc function = functions.build(kind);
    return functions.random.nextInt(3) == 0
        ? LoopSplitting.withPredicate(function, functions.random)
        : function;
  }

  /** Neighbouring seeds give unrelated functions (SplitMix64's finaliser). */
  private static long mix(long seed) {
    long x = (seed ^ (seed >>> 30)) * 0xBF58476D1CE4E5B9L;
    x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
    return x ^ (x >>> 31);
  }

  private PrimFunc build(Kind kind) {
    Tensor output =
        switch (kind) {
          case ELEMENTWISE -> tail(input(shape(1 + random.nextInt(3))), 1 + random.nextInt(4));
          case REDUCTION -> reduction();
          case STENCIL -> stencil();
          case MATMUL -> matmul();
          case CONVOLUTION -> convolution();
          case ARGMAX -> argmax();
        };
    List<Tensor> params = new ArrayList<>(inputs);
    params.add(output);
    return Te.primFunc("main", params);
  }

  private <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private Expr extent() {
    return Expr.imm(indexType, EXTENTS[random.nextInt(EXTENTS.length)]);
  }

  private List<Expr> shape(int rank) {
    return IntStream.range(0, rank).mapToObj(_ -> extent()).toList();
  }

  private Tensor input(List<Expr> shape) {
    String name = String.valueOf((char) ('A' + inputs.size()));
    Tensor input = Te.placeholder(name, dtype, shape);
    inputs.add(input);
    return input;
  }

  private String stage() {
    return "S" + stages++;
  }

  private Expr index(long value) {
    return Expr.imm(indexType, value);
  }

  private Expr constant() {
    return dtype.isFloat()
        ? Expr.imm(dtype, pick(List.of(0.0, 0.5, 2.0, -1.25)))
        : Expr.imm(dtype, random.nextInt(5));
  }

  /** Some element-wise stages behind a tensor. */
  private Tensor tail(Tensor from, int count) {
    Tensor tensor = from;
    for (int i = 0; i < count; i++) {
      tensor = elementwise(tensor);
    }
    return tensor;
  }

  private Tensor elementwise(Tensor x) {
    return switch (random.nextInt(x.rank() > 1 ? 6 : 4)) {
      case 0 -> {
        Expr c = constant();
        yield Te.compute(stage(), x.shape(), i -> Expr.max(x.at(i), c));
      }
      case 1 -> {
        Expr c = constant();
        yield Te.compute(stage(), x.shape(), i -> Expr.add(Expr.mul(x.at(i), c), x.at(i)));
      }
      case 2 -> {
        Tensor other = input(x.shape());
        yield Te.compute(stage(), x.shape(), i -> Expr.add(x.at(i), other.at(i)));
      }
      case 3 -> {
        Expr c = constant();
        yield Te.compute(
            stage(), x.shape(), i -> new Expr.Select(Expr.lt(x.at(i), c), c, Expr.sub(x.at(i), c)));
      }
      case 4 -> {
        Tensor row = input(x.shape().subList(x.rank() - 1, x.rank()));
        yield Te.compute(stage(), x.shape(), i -> Expr.add(x.at(i), row.at(i.get(i.size() - 1))));
      }
      default -> {
        List<Expr> transposed = x.shape().reversed();
        yield Te.compute(stage(), transposed, i -> x.at(i.list().reversed()));
      }
    };
  }

  private Reduction combination(Expr value, ReduceAxis... axes) {
    return switch (random.nextInt(3)) {
      case 0 -> Te.sum(value, axes);
      case 1 -> Te.max(value, axes);
      default -> Te.min(value, axes);
    };
  }

  private Tensor reduction() {
    int rank = 2 + random.nextInt(2);
    Tensor x = tail(input(shape(rank)), random.nextInt(2));
    int reduced = 1 + random.nextInt(rank);
    List<ReduceAxis> axes =
        IntStream.range(0, reduced)
            .mapToObj(i -> Te.reduceAxis(x.dim(rank - reduced + i), "k" + i))
            .toList();
    Tensor sum =
        Te.reduce(
            stage(),
            x.shape().subList(0, rank - reduced),
            i -> {
              List<Expr> indices = new ArrayList<>(i.list());
              axes.forEach(axis -> indices.add(axis.var()));
              return combination(x.at(indices), axes.toArray(ReduceAxis[]::new));
            });
    return tail(sum, random.nextInt(2));
  }

  private Tensor pad(Tensor x, long before, long after) {
    Expr n = x.dim(0);
    Expr zero = Expr.imm(dtype, 0);
    List<Expr> shape = new ArrayList<>(x.shape());
    shape.set(0, Expr.add(n, before + after));
    return Te.compute(
        stage(),
        shape,
        i -> {
          Var first = i.get(0);
          List<Expr> indices = new ArrayList<>(i.list());
          indices.set(0, Expr.sub(first, before));
          Expr inside =
              Expr.and(Expr.ge(first, index(before)), Expr.lt(first, Expr.add(n, before)));
          return Expr.Call.of(dtype, Intrinsic.IF_THEN_ELSE, inside, x.at(indices), zero);
        });
  }

  private Tensor stencil() {
    int window = 2 + random.nextInt(3);
    Tensor x = tail(input(shape(1 + random.nextInt(2))), random.nextInt(2));
    Tensor padded = pad(x, window / 2, window - 1 - window / 2);
    Tensor sum =
        Te.compute(
            stage(),
            x.shape(),
            i -> {
              Expr total = null;
              for (int k = 0; k < window; k++) {
                List<Expr> indices = new ArrayList<>(i.list());
                indices.set(0, Expr.add(i.get(0), k));
                Expr term = padded.at(indices);
                total = total == null ? term : Expr.add(total, term);
              }
              return total == null ? Expr.imm(dtype, 0) : total;
            });
    return tail(sum, random.nextInt(2));
  }

  private Tensor matmul() {
    boolean transposed = random.nextBoolean();
    List<Expr> batch = random.nextInt(4) == 0 ? List.of(extent()) : List.of();
    Expr m = extent();
    Expr n = extent();
    Expr k = extent();
    Tensor a = tail(input(concat(batch, m, k)), 0);
    Tensor b = input(transposed ? concat(batch, n, k) : concat(batch, k, n));
    Expr c = constant();
    Tensor left =
        random.nextBoolean() ? a : Te.compute(stage(), a.shape(), i -> Expr.max(a.at(i), c));
    ReduceAxis axis = Te.reduceAxis(k, "k");
    Tensor product =
        Te.reduce(
            stage(),
            concat(batch, m, n),
            i -> {
              int rank = i.size();
              List<Expr> outer = i.list(0, rank - 2);
              Expr x = i.get(rank - 2);
              Expr y = i.get(rank - 1);
              Expr right =
                  transposed
                      ? b.at(concat(outer, y, axis.var()))
                      : b.at(concat(outer, axis.var(), y));
              return Te.sum(Expr.mul(left.at(concat(outer, x, axis.var())), right), axis);
            });
    return tail(product, random.nextInt(2));
  }

  private static List<Expr> concat(List<Expr> first, Expr a, Expr b) {
    return Expr.append(Expr.append(first, a), b);
  }

  private Tensor convolution() {
    Expr width = extent();
    Expr channels = extent();
    Expr filters = extent();
    int taps = 1 + random.nextInt(3);
    Tensor x = input(List.of(width, channels));
    Tensor w = input(List.of(filters, channels, index(taps)));
    Tensor padded = pad(x, taps / 2, taps - 1 - taps / 2);
    ReduceAxis c = Te.reduceAxis(channels, "c");
    ReduceAxis t = Te.reduceAxis(index(taps), "t");
    Tensor y =
        Te.reduce(
            stage(),
            List.of(filters, width),
            i ->
                Te.sum(
                    Expr.mul(
                        padded.at(Expr.add(i.get(1), t.var()), c.var()),
                        w.at(i.get(0), c.var(), t.var())),
                    c,
                    t));
    return tail(y, random.nextInt(2));
  }

  private Tensor argmax() {
    Tensor x = tail(input(shape(2)), random.nextInt(2));
    ReduceAxis k = Te.reduceAxis(x.dim(1), "k");
    return Te.reduceAll(
            stage(), x.shape().subList(0, 1), i -> Te.argmax(k.var(), x.at(i.get(0), k.var()), k))
        .get(0);
  }
}
