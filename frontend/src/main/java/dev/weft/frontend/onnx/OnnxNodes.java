package dev.weft.frontend.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import dev.weft.base.Tensor;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.TensorType;
import dev.weft.graph.op.Binary;
import dev.weft.graph.op.BinaryFunction;
import dev.weft.graph.op.Cast;
import dev.weft.graph.op.Clip;
import dev.weft.graph.op.Concat;
import dev.weft.graph.op.Conv;
import dev.weft.graph.op.MatMul;
import dev.weft.graph.op.Operator;
import dev.weft.graph.op.Pool;
import dev.weft.graph.op.Reduce;
import dev.weft.graph.op.Reduction;
import dev.weft.graph.op.Reshape;
import dev.weft.graph.op.Softmax;
import dev.weft.graph.op.Transpose;
import dev.weft.graph.op.Unary;
import dev.weft.graph.op.UnaryFunction;
import dev.weft.graph.op.Where;
import dev.weft.graph.op.Window;
import java.util.ArrayList;
import java.util.List;

/** Which ONNX node computes what an operator of the inventory computes: the importer backwards. */
final class OnnxNodes {
  private OnnxNodes() {}

  /**
   * A node but for its operands' names.
   *
   * @param type the ONNX operator
   * @param attributes of the node
   * @param operands further operands behind the call's: what ONNX has as operands, Weft as
   *     attributes
   * @param transposed positions of operands whose last two dimensions a node before exchanges
   */
  record Form(
      String type,
      List<AttributeProto> attributes,
      List<Tensor> operands,
      List<Integer> transposed) {
    Form(String type, List<AttributeProto> attributes, List<Tensor> operands) {
      this(type, attributes, operands, List.of());
    }

    static Form of(String type, AttributeProto... attributes) {
      return new Form(type, List.of(attributes), List.of());
    }

    /** A node that exchanges the last two dimensions. */
    static Form transpose(int rank) {
      List<Long> order = new ArrayList<>();
      for (long axis = 0; axis < rank; axis++) {
        order.add(axis < rank - 2 ? axis : 2L * rank - 3 - axis);
      }
      return of("Transpose", integers("perm", order));
    }
  }

  /**
   * The node for a call.
   *
   * @throws dev.weft.base.InputException if there is none
   */
  static Form of(GraphExpr.Call call) {
    Operator op = call.op();
    return switch (op) {
      case MatMul matMul -> matMul(matMul, call);
      case Conv conv -> conv(conv, call);
      case Pool pool -> pool(pool);
      case Softmax softmax ->
          Form.of(softmax.log() ? "LogSoftmax" : "Softmax", integer("axis", softmax.axis()));
      case Reduce reduce -> reduce(reduce);
      case Transpose transpose ->
          Form.of(
              "Transpose",
              integers("perm", transpose.order().stream().map(i -> (long) i).toList()));
      case Concat concat -> Form.of("Concat", integer("axis", concat.axis()));
      case Cast cast -> Form.of("Cast", integer("to", OnnxExporter.elementType(cast.dtype())));
      case Reshape reshape -> reshape(reshape);
      case Clip clip -> Form.of("Clip");
      case Where where -> Form.of("Where");
      case Unary unary -> Form.of(unary(unary.function()));
      case Binary binary -> binary(binary.function());
      default -> throw OnnxExporter.refused("'" + op.name() + "'");
    };
  }

  private static Form matMul(MatMul op, GraphExpr.Call call) {
    if (!op.transposeA() && !op.transposeB()) {
      return Form.of("MatMul");
    }
    boolean matrices =
        call.args().stream().allMatch(arg -> arg.type() instanceof TensorType t && t.rank() == 2);
    if (!matrices) {
      List<Integer> transposed = new ArrayList<>();
      if (op.transposeA()) {
        transposed.add(0);
      }
      if (op.transposeB()) {
        transposed.add(1);
      }
      return new Form("MatMul", List.of(), List.of(), transposed);
    }
    return Form.of(
        "Gemm",
        integer("transA", op.transposeA() ? 1 : 0),
        integer("transB", op.transposeB() ? 1 : 0));
  }

  private static Form conv(Conv op, GraphExpr.Call call) {
    List<AttributeProto> attributes = new ArrayList<>(window(op.window()));
    attributes.add(integer("group", op.groups()));
    if (call.args().get(1).type() instanceof TensorType weights) {
      List<Long> kernel = new ArrayList<>();
      for (long dim : weights.shape().toLongs()) {
        kernel.add(dim);
      }
      attributes.add(integers("kernel_shape", kernel.subList(2, kernel.size())));
    }
    return new Form("Conv", attributes, List.of());
  }

  private static Form pool(Pool op) {
    List<AttributeProto> attributes = new ArrayList<>();
    boolean max = op.reduction() == Pool.Reduction.MAX;
    boolean dilated = op.window().dilations().stream().anyMatch(d -> d != 1);
    if (!max && dilated) {
      throw OnnxExporter.refused("a dilated average pool"); // From operator set 19 on.
    }
    attributes.add(integers("kernel_shape", op.kernel()));
    attributes.add(integer("ceil_mode", op.ceilMode() ? 1 : 0));
    attributes.addAll(window(op.window()));
    if (!max) {
      attributes.removeIf(attribute -> attribute.getName().equals("dilations"));
      attributes.add(integer("count_include_pad", op.countIncludePad() ? 1 : 0));
    }
    return new Form(max ? "MaxPool" : "AveragePool", attributes, List.of());
  }

  private static List<AttributeProto> window(Window window) {
    List<Long> pads = new ArrayList<>(window.before());
    pads.addAll(window.after());
    return List.of(
        integers("strides", window.strides()),
        integers("pads", pads),
        integers("dilations", window.dilations()));
  }

  private static Form reduce(Reduce op) {
    AttributeProto keep = integer("keepdims", op.keepDims() ? 1 : 0);
    List<Long> axes = op.axes().stream().map(i -> (long) i).toList();
    if (axes.isEmpty()) {
      return Form.of("Identity");
    }
    if (op.reduction() == Reduction.SUM) { // The first whose axes became an operand.
      long[] values = axes.stream().mapToLong(Long::longValue).toArray();
      return new Form("ReduceSum", List.of(keep), List.of(Tensor.of(values, values.length)));
    }
    return Form.of(
        switch (op.reduction()) {
          case SUM -> "ReduceSum";
          case MEAN -> "ReduceMean";
          case PROD -> "ReduceProd";
          case MAX -> "ReduceMax";
          case MIN -> "ReduceMin";
        },
        keep,
        integers("axes", axes));
  }

  private static Form reshape(Reshape op) {
    if (!op.shape().isStatic()) {
      throw OnnxExporter.refused("a reshape to the symbolic shape " + op.shape());
    }
    long[] dims = op.shape().toLongs();
    return new Form(
        "Reshape", List.of(integer("allowzero", 1)), List.of(Tensor.of(dims, dims.length)));
  }

  private static String unary(UnaryFunction function) {
    return switch (function) {
      case ABS -> "Abs";
      case NEG -> "Neg";
      case SIGN -> "Sign";
      case EXP -> "Exp";
      case LOG -> "Log";
      case SQRT -> "Sqrt";
      case RECIPROCAL -> "Reciprocal";
      case SIN -> "Sin";
      case COS -> "Cos";
      case TAN -> "Tan";
      case ASIN -> "Asin";
      case ACOS -> "Acos";
      case ATAN -> "Atan";
      case SINH -> "Sinh";
      case COSH -> "Cosh";
      case TANH -> "Tanh";
      case ASINH -> "Asinh";
      case ACOSH -> "Acosh";
      case ATANH -> "Atanh";
      case ERF -> "Erf";
      case FLOOR -> "Floor";
      case CEIL -> "Ceil";
      case ROUND -> "Round";
      case RELU -> "Relu";
      case SIGMOID -> "Sigmoid";
      case SOFTPLUS -> "Softplus";
      case SOFTSIGN -> "Softsign";
      case HARD_SWISH -> "HardSwish";
      case NOT -> "Not";
      case IS_NAN -> "IsNaN";
      case MISH, GELU, GELU_TANH, BITWISE_NOT -> // Operator sets 18 and 20.
          throw OnnxExporter.refused("'" + function.text() + "'");
    };
  }

  private static Form binary(BinaryFunction function) {
    return switch (function) {
      case ADD -> Form.of("Add");
      case SUBTRACT -> Form.of("Sub");
      case MULTIPLY -> Form.of("Mul");
      case DIVIDE -> Form.of("Div");
      case POWER -> Form.of("Pow");
      case FLOOR_MOD -> Form.of("Mod");
      case TRUNC_MOD -> Form.of("Mod", integer("fmod", 1));
      case MAXIMUM -> Form.of("Max");
      case MINIMUM -> Form.of("Min");
      case EQUAL -> Form.of("Equal");
      case LESS -> Form.of("Less");
      case LESS_EQUAL -> Form.of("LessOrEqual");
      case GREATER -> Form.of("Greater");
      case GREATER_EQUAL -> Form.of("GreaterOrEqual");
      case LOGICAL_AND -> Form.of("And");
      case LOGICAL_OR -> Form.of("Or");
      case LOGICAL_XOR -> Form.of("Xor");
      case NOT_EQUAL, BITWISE_AND, BITWISE_OR, BITWISE_XOR, SHIFT_LEFT, SHIFT_RIGHT ->
          throw OnnxExporter.refused("'" + function.text() + "'");
    };
  }

  private static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  private static AttributeProto integers(String name, List<Long> values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INTS)
        .addAllInts(values)
        .build();
  }
}
