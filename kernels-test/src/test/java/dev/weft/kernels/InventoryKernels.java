package dev.weft.kernels;

import static dev.weft.base.DType.BFLOAT16;
import static dev.weft.base.DType.BOOL;
import static dev.weft.base.DType.FLOAT16;
import static dev.weft.base.DType.FLOAT32;
import static dev.weft.base.DType.FLOAT64;
import static dev.weft.base.DType.INT16;
import static dev.weft.base.DType.INT32;
import static dev.weft.base.DType.INT64;
import static dev.weft.base.DType.INT8;
import static dev.weft.base.DType.UINT8;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.BlockBuilder;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphVar;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.ArgReduce;
import dev.weft.graph.op.Binary;
import dev.weft.graph.op.BinaryFunction;
import dev.weft.graph.op.Cast;
import dev.weft.graph.op.Concat;
import dev.weft.graph.op.Conv;
import dev.weft.graph.op.Expand;
import dev.weft.graph.op.LocalResponseNorm;
import dev.weft.graph.op.MatMul;
import dev.weft.graph.op.Operator;
import dev.weft.graph.op.Pad;
import dev.weft.graph.op.Pool;
import dev.weft.graph.op.Reduce;
import dev.weft.graph.op.Reduction;
import dev.weft.graph.op.Slice;
import dev.weft.graph.op.Softmax;
import dev.weft.graph.op.Transpose;
import dev.weft.graph.op.Unary;
import dev.weft.graph.op.UnaryFunction;
import dev.weft.graph.op.Where;
import dev.weft.graph.op.Window;
import dev.weft.graph.pass.ConstantEvaluator;
import dev.weft.graph.pass.GraphPasses;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.Schedule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * Kernels of the operator inventory that must always work: odd shapes, symbolic shapes, every kind
 * of dtype, padding and guards.
 */
final class InventoryKernels {
  private final List<Kernel> kernels = new ArrayList<>();

  private InventoryKernels() {}

  /**
   * A kernel.
   *
   * @param name says what it is
   * @param function not scheduled, or partly
   * @param size of the symbolic dimensions
   * @param terms rounding errors that an element of its result gathers
   */
  record Kernel(String name, PrimFunc function, long size, long terms) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Kernel> all() {
    InventoryKernels all = new InventoryKernels();
    all.pointwise();
    all.products();
    all.windows();
    all.rows();
    all.shapes();
    all.predicates();
    return all.kernels;
  }

  private void pointwise() {
    Binary add = new Binary(BinaryFunction.ADD);
    Binary multiply = new Binary(BinaryFunction.MULTIPLY);
    op("add f16", add, 1, type(FLOAT16, 1003), type(FLOAT16, 1003));
    op("multiply bf16 n", multiply, 1, symbolic(BFLOAT16, "n"), symbolic(BFLOAT16, "n"));
    op("multiply i8, wraps around", multiply, 1, type(INT8, 257), type(INT8, 257));
    op("add f32 with broadcasting", add, 1, type(FLOAT32, 5, 1, 7), type(FLOAT32, 3, 1));
    op("power f64", new Binary(BinaryFunction.POWER), 4, type(FLOAT64, 31), type(FLOAT64, 31));
    op("maximum i32", new Binary(BinaryFunction.MAXIMUM), 1, type(INT32, 61), type(INT32, 61));
    op("less i16", new Binary(BinaryFunction.LESS), 1, type(INT16, 67), type(INT16, 67));
    op("gelu f64", new Unary(UnaryFunction.GELU), 4, type(FLOAT64, 5, 7, 3));
    op("mish bf16", new Unary(UnaryFunction.MISH), 4, type(BFLOAT16, 37));
    op("i64 to f32", new Cast(FLOAT32), 1, type(INT64, 43));
    op("f32 to u8", new Cast(UINT8), 1, type(FLOAT32, 43));
    op("where", new Where(), 1, type(BOOL, 11, 13), type(FLOAT32, 13), type(FLOAT32, 11, 1));
    graph(
        "chain f16 n",
        4,
        (builder, in) -> {
          GraphExpr sum = builder.emit(add, in.get(0), in.get(1));
          GraphExpr product = builder.emit(multiply, sum, in.get(0));
          return builder.emit(new Unary(UnaryFunction.RELU), product);
        },
        symbolic(FLOAT16, "n"),
        symbolic(FLOAT16, "n"));
  }

  private void products() {
    MatMul plain = new MatMul();
    op("matmul f16", plain, 23, type(FLOAT16, 17, 23), type(FLOAT16, 23, 19));
    op("matmul bf16", plain, 9, type(BFLOAT16, 17, 9), type(BFLOAT16, 9, 5));
    op(
        "matmul f64, both transposed",
        new MatMul(true, true),
        13,
        type(FLOAT64, 13, 7),
        type(FLOAT64, 11, 13));
    op("matmul i8", plain, 7, type(INT8, 9, 7), type(INT8, 7, 8));
    op("matmul i32", plain, 33, type(INT32, 33, 33), type(INT32, 33, 33));
    op("matmul n x 19 x 21", plain, 19, symbolic(FLOAT32, "n", 19), type(FLOAT32, 19, 21));
    op(
        "matmul 5 x n x 3",
        plain,
        37,
        new TensorType(new Shape(List.of(IntExpr.of(5), IntExpr.symbol("n"))), FLOAT32),
        symbolic(FLOAT32, "n", 3));
    op("row times matrix", plain, 33, type(FLOAT32, 1, 33), type(FLOAT32, 33, 65));
    op("column times row", plain, 1, type(FLOAT32, 31, 1), type(FLOAT32, 1, 29));
    op(
        "batch of matmuls",
        new MatMul(false, true),
        7,
        type(FLOAT32, 3, 5, 7),
        type(FLOAT32, 3, 9, 7));
    graph(
        "matmul, bias, relu",
        37,
        (builder, in) -> {
          GraphExpr product = builder.emit(plain, in.get(0), in.get(1));
          GraphExpr biased = builder.emit(new Binary(BinaryFunction.ADD), product, in.get(2));
          return builder.emit(new Unary(UnaryFunction.RELU), biased);
        },
        type(FLOAT32, 29, 37),
        type(FLOAT32, 37, 41),
        type(FLOAT32, 41));
  }

  private void windows() {
    op(
        "conv, stride 2, padding 1",
        new Conv(Window.of(2, 2, 1, 1), 1),
        27,
        type(FLOAT32, 1, 3, 11, 9),
        type(FLOAT32, 5, 3, 3, 3));
    op(
        "conv f16 1x1 with bias",
        new Conv(Window.unit(2), 1),
        7,
        type(FLOAT16, 2, 7, 5, 3),
        type(FLOAT16, 6, 7, 1, 1),
        type(FLOAT16, 6));
    op(
        "depthwise conv, dilation 2",
        new Conv(Window.of(2, 1, 2, 2), 6),
        9,
        type(FLOAT32, 1, 6, 9, 7),
        type(FLOAT32, 6, 1, 3, 3));
    op(
        "grouped conv bf16",
        new Conv(Window.of(2, 1, 0, 1), 2),
        8,
        type(BFLOAT16, 1, 4, 6, 6),
        type(BFLOAT16, 4, 2, 2, 2));
    op(
        "conv over one dimension, n pictures",
        new Conv(Window.of(1, 1, 1, 1), 1),
        9,
        symbolic(FLOAT32, "n", 3, 17),
        type(FLOAT32, 4, 3, 3));
    op(
        "max pool i8",
        new Pool(Pool.Reduction.MAX, List.of(3L, 2L), Window.of(2, 2, 1, 1), true, false),
        1,
        type(INT8, 1, 2, 7, 8));
    op(
        "average pool, padding not counted",
        new Pool(Pool.Reduction.AVERAGE, List.of(3L, 3L), Window.of(2, 1, 1, 1), false, false),
        9,
        type(FLOAT32, 1, 3, 6, 7));
    op("lrn", new LocalResponseNorm(5, 1e-1, 0.75, 1), 8, type(FLOAT32, 1, 7, 3, 3));
  }

  private void rows() {
    op("softmax f16", new Softmax(1, false), 33, type(FLOAT16, 7, 33));
    op("softmax of n rows", new Softmax(1, false), 21, symbolic(FLOAT32, "n", 21));
    op("log softmax along axis 0", new Softmax(0, true), 19, type(FLOAT32, 19, 5));
    op("sum f64 along axis 0", reduce(Reduction.SUM, false, 0), 23, type(FLOAT64, 23, 11));
    op("sum bf16 along axis 1", reduce(Reduction.SUM, true, 1), 53, type(BFLOAT16, 9, 53));
    op("sum of n columns", reduce(Reduction.SUM, false, 1), 37, symbolicLast(FLOAT32, 9, "n"));
    op("mean of everything", reduce(Reduction.MEAN, false, 0, 1), 143, type(FLOAT32, 11, 13));
    op("max i32", reduce(Reduction.MAX, false, 1), 1, type(INT32, 5, 129));
    op("min u8", reduce(Reduction.MIN, false, 0), 1, type(UINT8, 129, 5));
    op("product f32", reduce(Reduction.PROD, false, 1), 17, type(FLOAT32, 5, 17));
    op("argmax", new ArgReduce(true, 1, false, false), 1, type(FLOAT32, 7, 61));
    op("argmin i8, the last of equals", new ArgReduce(false, 0, true, true), 1, type(INT8, 61, 7));
    graph(
        "layer norm",
        64,
        (builder, in) -> {
          Reduce mean = reduce(Reduction.MEAN, true, 1);
          GraphExpr centred =
              builder.emit(
                  new Binary(BinaryFunction.SUBTRACT), in.get(0), builder.emit(mean, in.get(0)));
          GraphExpr squares = builder.emit(new Binary(BinaryFunction.MULTIPLY), centred, centred);
          GraphExpr variance =
              builder.emit(new Binary(BinaryFunction.ADD), builder.emit(mean, squares), in.get(1));
          GraphExpr deviation = builder.emit(new Unary(UnaryFunction.SQRT), variance);
          return builder.emit(new Binary(BinaryFunction.DIVIDE), centred, deviation);
        },
        type(FLOAT32, 6, 47),
        type(FLOAT32, 1));
    graph("norm of pictures", 70, this::normOfPictures, type(FLOAT32, 2, 3, 5, 8));
    graph("norm of n rows", 64, this::normOfRows, symbolic(FLOAT32, "n", 64), type(FLOAT32, 64));
    graph("norm f16", 40, this::normOfRows, type(FLOAT16, 5, 40), type(FLOAT16, 40));
    graph("norm f64", 32, this::normOfRows, type(FLOAT64, 3, 4, 32), type(FLOAT64, 32));
    graph("softmax written out", 45, this::writtenOutSoftmax, type(FLOAT32, 7, 3, 45));
    graph("norm of n columns", 37, this::normOfColumns, symbolicLast(FLOAT32, 9, "n"));
  }

  /** Mean and variance of each channel's picture. */
  private GraphExpr normOfPictures(BlockBuilder builder, List<GraphVar> in) {
    Reduce mean = reduce(Reduction.MEAN, true, 2, 3);
    GraphExpr centred =
        builder.emit(new Binary(BinaryFunction.SUBTRACT), in.get(0), builder.emit(mean, in.get(0)));
    GraphExpr squares = builder.emit(new Binary(BinaryFunction.MULTIPLY), centred, centred);
    GraphExpr variance = builder.emit(mean, squares);
    return builder.emit(
        new Binary(BinaryFunction.DIVIDE),
        centred,
        builder.emit(new Unary(UnaryFunction.SQRT), variance));
  }

  /** Rows over the root of their greatest square, times a factor for each column. */
  private GraphExpr normOfRows(BlockBuilder builder, List<GraphVar> in) {
    int last = in.get(0).tensorType().rank() - 1;
    GraphExpr tanh = builder.emit(new Unary(UnaryFunction.TANH), in.get(0));
    GraphExpr squares = builder.emit(new Binary(BinaryFunction.MULTIPLY), tanh, tanh);
    GraphExpr greatest = builder.emit(reduce(Reduction.MAX, true, last), squares);
    GraphExpr sum = builder.emit(reduce(Reduction.SUM, true, last), tanh);
    GraphExpr root = builder.emit(new Unary(UnaryFunction.SQRT), greatest);
    GraphExpr scaled =
        builder.emit(
            new Binary(BinaryFunction.ADD),
            builder.emit(new Binary(BinaryFunction.DIVIDE), tanh, root),
            sum);
    return builder.emit(new Binary(BinaryFunction.MULTIPLY), scaled, in.get(1));
  }

  private GraphExpr writtenOutSoftmax(BlockBuilder builder, List<GraphVar> in) {
    GraphExpr greatest = builder.emit(reduce(Reduction.MAX, true, 2), in.get(0));
    GraphExpr shifted = builder.emit(new Binary(BinaryFunction.SUBTRACT), in.get(0), greatest);
    GraphExpr exp = builder.emit(new Unary(UnaryFunction.EXP), shifted);
    return builder.emit(
        new Binary(BinaryFunction.DIVIDE), exp, builder.emit(reduce(Reduction.SUM, true, 2), exp));
  }

  private GraphExpr normOfColumns(BlockBuilder builder, List<GraphVar> in) {
    GraphExpr squares = builder.emit(new Binary(BinaryFunction.MULTIPLY), in.get(0), in.get(0));
    GraphExpr sum = builder.emit(reduce(Reduction.SUM, true, 1), squares);
    return builder.emit(
        new Binary(BinaryFunction.DIVIDE),
        in.get(0),
        builder.emit(new Unary(UnaryFunction.SQRT), sum));
  }

  private void shapes() {
    op("transpose i64", new Transpose(List.of(2, 0, 1)), 1, type(INT64, 5, 7, 3));
    op("transpose n x 13", new Transpose(List.of(1, 0)), 1, symbolic(FLOAT32, "n", 13));
    List<IntExpr> before = List.of(IntExpr.of(1), IntExpr.of(0));
    List<IntExpr> after = List.of(IntExpr.of(2), IntExpr.of(3));
    op(
        "pad with a value",
        new Pad(before, after, Pad.Mode.CONSTANT),
        1,
        type(FLOAT16, 5, 7),
        type(FLOAT16));
    op("pad by reflection", new Pad(before, after, Pad.Mode.REFLECT), 1, type(INT32, 5, 7));
    op("concat", new Concat(1), 1, type(FLOAT32, 3, 5), type(FLOAT32, 3, 1), type(FLOAT32, 3, 7));
    op(
        "slice backwards",
        new Slice(
            List.of(IntExpr.of(4), IntExpr.of(1)),
            List.of(IntExpr.of(-1), IntExpr.of(2)),
            List.of(IntExpr.of(3), IntExpr.of(4))),
        1,
        type(UINT8, 5, 9));
    op("expand", new Expand(Shape.of(3, 5, 7)), 1, type(BFLOAT16, 5, 1));
  }

  /** Splits that don't divide, by hand: the loops' predicates guard every access. */
  private void predicates() {
    for (long n : new long[] {1, 37, 129}) {
      PrimFunc add = Programs.add(FLOAT32, n);
      Schedule schedule = Schedule.of(add);
      BlockRef block = schedule.getBlock("C");
      List<LoopRef> loops = schedule.split(schedule.getLoops(block).get(0), null, 10, 4);
      schedule.bind(loops.get(0), "blockIdx.x");
      schedule.bind(loops.get(1), "threadIdx.x");
      kernels.add(new Kernel("add " + n + " by 10 x 4", schedule.function(), n, 1));
    }
    PrimFunc matmul = Programs.matmul(FLOAT32, 19, 23, 17);
    Schedule schedule = Schedule.of(matmul);
    BlockRef block = schedule.getBlock("C");
    List<LoopRef> loops = schedule.getLoops(block);
    List<LoopRef> i = schedule.split(loops.get(0), null, 8);
    List<LoopRef> j = schedule.split(loops.get(1), null, 4);
    List<LoopRef> k = schedule.split(loops.get(2), null, 5);
    schedule.reorder(i.get(0), j.get(0), i.get(1), j.get(1), k.get(0), k.get(1));
    schedule.bind(i.get(0), "blockIdx.y");
    schedule.bind(j.get(0), "blockIdx.x");
    schedule.bind(i.get(1), "threadIdx.y");
    schedule.bind(j.get(1), "threadIdx.x");
    schedule.decomposeReduction(block, k.get(0));
    kernels.add(new Kernel("matmul 19 x 23 x 17 by 8 x 4 x 5", schedule.function(), 1, 17));
  }

  private static TensorType type(DType dtype, long... dims) {
    return TensorType.of(dtype, dims);
  }

  /** A type whose first dimension is symbolic. */
  private static TensorType symbolic(DType dtype, String first, long... dims) {
    List<IntExpr> shape = new ArrayList<>();
    shape.add(IntExpr.symbol(first));
    for (long dim : dims) {
      shape.add(IntExpr.of(dim));
    }
    return new TensorType(new Shape(shape), dtype);
  }

  private static TensorType symbolicLast(DType dtype, long first, String last) {
    return new TensorType(new Shape(List.of(IntExpr.of(first), IntExpr.symbol(last))), dtype);
  }

  private static Reduce reduce(Reduction reduction, boolean keepDims, Integer... axes) {
    return new Reduce(reduction, List.of(axes), keepDims);
  }

  private void op(String name, Operator operator, long terms, TensorType... operands) {
    graph(name, terms, (builder, in) -> builder.emit(operator, in), operands);
  }

  private void graph(
      String name,
      long terms,
      BiFunction<BlockBuilder, List<GraphVar>, GraphExpr> body,
      TensorType... operands) {
    BlockBuilder builder = new BlockBuilder();
    List<GraphVar> params = new ArrayList<>();
    for (TensorType type : operands) {
      params.add(GraphVar.of("x" + params.size(), type));
    }
    builder.function(
        Graph.MAIN,
        params,
        () ->
            builder.emitFunctionOutput(
                builder.dataflow(
                    () -> builder.emitOutput(body.apply(builder, List.copyOf(params))))));
    Graph lowered = GraphPasses.run(builder.build(), ConstantEvaluator.interpreter());
    Map<String, PrimFunc> functions = lowered.primFuncs().functions();
    functions.forEach(
        (part, function) ->
            kernels.add(
                new Kernel(
                    functions.size() == 1 ? name : name + ": " + part, function, 37, terms)));
  }
}
