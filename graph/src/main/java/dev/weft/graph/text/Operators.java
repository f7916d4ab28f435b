package dev.weft.graph.text;

import dev.weft.base.Tensor;
import dev.weft.base.WeftException;
import dev.weft.graph.GraphType;
import dev.weft.graph.TensorType;
import dev.weft.graph.custom.CustomOperator;
import dev.weft.graph.custom.NodeAttributes;
import dev.weft.graph.custom.OperatorDefinition;
import dev.weft.graph.op.Activation;
import dev.weft.graph.op.Arange;
import dev.weft.graph.op.ArangeLength;
import dev.weft.graph.op.ArgReduce;
import dev.weft.graph.op.BatchNorm;
import dev.weft.graph.op.Binary;
import dev.weft.graph.op.BinaryFunction;
import dev.weft.graph.op.BitCast;
import dev.weft.graph.op.Cast;
import dev.weft.graph.op.Clip;
import dev.weft.graph.op.ColumnsToImage;
import dev.weft.graph.op.Concat;
import dev.weft.graph.op.Conv;
import dev.weft.graph.op.ConvTranspose;
import dev.weft.graph.op.CountGrams;
import dev.weft.graph.op.Cumulative;
import dev.weft.graph.op.DeformConv;
import dev.weft.graph.op.Determinant;
import dev.weft.graph.op.Einsum;
import dev.weft.graph.op.EncodeFloat;
import dev.weft.graph.op.Expand;
import dev.weft.graph.op.FirstEqual;
import dev.weft.graph.op.Gather;
import dev.weft.graph.op.GatherElements;
import dev.weft.graph.op.GatherNd;
import dev.weft.graph.op.GridSample;
import dev.weft.graph.op.Interpolate;
import dev.weft.graph.op.Iota;
import dev.weft.graph.op.LinearAttention;
import dev.weft.graph.op.LocalResponseNorm;
import dev.weft.graph.op.MatMul;
import dev.weft.graph.op.MaxPoolIndices;
import dev.weft.graph.op.NonMaxCollect;
import dev.weft.graph.op.NonMaxSelect;
import dev.weft.graph.op.NonZero;
import dev.weft.graph.op.Operator;
import dev.weft.graph.op.Pad;
import dev.weft.graph.op.Pool;
import dev.weft.graph.op.RandomBits;
import dev.weft.graph.op.RankAmong;
import dev.weft.graph.op.Recurrent;
import dev.weft.graph.op.Reduce;
import dev.weft.graph.op.Reshape;
import dev.weft.graph.op.RoiAlign;
import dev.weft.graph.op.RoiMaxPool;
import dev.weft.graph.op.ScatterElements;
import dev.weft.graph.op.ScatterNd;
import dev.weft.graph.op.Sizes;
import dev.weft.graph.op.Slice;
import dev.weft.graph.op.Softmax;
import dev.weft.graph.op.TopK;
import dev.weft.graph.op.Transpose;
import dev.weft.graph.op.Unary;
import dev.weft.graph.op.UnaryFunction;
import dev.weft.graph.op.Where;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Finds the operator that a name and attributes in a graph's text stand for: the record whose
 * components are the attributes and that goes by the name.
 */
final class Operators {
  /** Every operator of the inventory, but those that are told by their name alone. */
  static final List<Class<? extends Record>> INVENTORY =
      List.of(
          Activation.LeakyRelu.class,
          Activation.Elu.class,
          Activation.Selu.class,
          Activation.Celu.class,
          Activation.HardSigmoid.class,
          Activation.ThresholdedRelu.class,
          Activation.Swish.class,
          Activation.Shrink.class,
          Arange.class,
          ArangeLength.class,
          ArgReduce.class,
          BatchNorm.class,
          BitCast.class,
          Cast.class,
          Clip.class,
          ColumnsToImage.class,
          Concat.class,
          Conv.class,
          ConvTranspose.class,
          CountGrams.class,
          Cumulative.class,
          DeformConv.class,
          Determinant.class,
          Einsum.class,
          EncodeFloat.class,
          Expand.class,
          FirstEqual.class,
          Gather.class,
          GatherElements.class,
          GatherNd.class,
          GridSample.class,
          Interpolate.class,
          Iota.class,
          LinearAttention.class,
          LocalResponseNorm.class,
          MatMul.class,
          MaxPoolIndices.class,
          NonMaxCollect.class,
          NonMaxSelect.class,
          NonZero.class,
          Pad.class,
          Pool.class,
          RandomBits.class,
          RankAmong.class,
          Recurrent.class,
          Reduce.class,
          Reshape.class,
          RoiAlign.class,
          RoiMaxPool.class,
          ScatterElements.class,
          ScatterNd.class,
          Sizes.class,
          Slice.class,
          Softmax.class,
          TopK.class,
          Transpose.class,
          Where.class);

  private static final Map<String, Operator> FUNCTIONS = functions();

  private final Map<String, OperatorDefinition> definitions = new HashMap<>();
  private final List<Class<? extends Record>> records = new ArrayList<>(INVENTORY);

  /**
   * @param definitions the application's own operators
   * @param more the application's own records that are operators
   */
  Operators(List<OperatorDefinition> definitions, List<Class<? extends Record>> more) {
    definitions.forEach(definition -> this.definitions.put(definition.name(), definition));
    records.addAll(more);
  }

  private static Map<String, Operator> functions() {
    Map<String, Operator> functions = new HashMap<>();
    for (UnaryFunction function : UnaryFunction.values()) {
      functions.put(function.text(), new Unary(function));
    }
    for (BinaryFunction function : BinaryFunction.values()) {
      functions.put(function.text(), new Binary(function));
    }
    return functions;
  }

  /**
   * The operator.
   *
   * @param name its name
   * @param values a reader that stands at the value, by the name of the attribute
   */
  Operator read(TokenReader in, Token name, Map<String, TokenReader> values) {
    Operator function = FUNCTIONS.get(name.text());
    if (function != null && values.isEmpty()) {
      return function;
    }
    GraphTextException failure = null;
    for (Class<? extends Record> type : records) {
      if (!takes(type, values.keySet())) {
        continue;
      }
      try {
        Object operator = new AttributeReader(in).record(type, values, name);
        if (operator instanceof Operator found && found.name().equals(name.text())) {
          return found;
        }
      } catch (GraphTextException e) {
        failure = e; // Perhaps another operator takes attributes of these names.
      }
    }
    if (failure != null) {
      throw failure;
    }
    throw in.error(
        name, "there is no operator '" + name.text() + "' with the attributes " + values.keySet());
  }

  /** Whether an operator has exactly these attributes. */
  private static boolean takes(Class<? extends Record> type, Set<String> attributes) {
    return Arrays.stream(type.getRecordComponents())
        .map(RecordComponent::getName)
        .collect(Collectors.toSet())
        .equals(attributes);
  }

  /** An application's operator with the attributes of a node. */
  Operator custom(
      TokenReader in,
      Token name,
      Map<String, TokenReader> values,
      List<GraphType> operands,
      Function<TokenReader, Tensor> constant) {
    String called = name.text().substring(GraphPrinter.CUSTOM.length());
    OperatorDefinition definition = definitions.get(called);
    if (definition == null) {
      throw in.error(
          name,
          "the operator '"
              + called
              + "' has no definition; there are definitions of "
              + definitions.keySet());
    }
    Map<String, Object> attributes = new TreeMap<>();
    values.forEach((key, value) -> attributes.put(key, untyped(value, constant)));
    List<TensorType> types = new ArrayList<>();
    for (GraphType operand : operands) {
      if (!(operand instanceof TensorType tensor)) {
        throw in.error(name, "'" + called + "' takes tensors, got " + operand);
      }
      types.add(tensor);
    }
    try {
      return CustomOperator.of(definition, new NodeAttributes(attributes), types);
    } catch (WeftException e) {
      throw in.error(name, String.valueOf(e.getMessage()));
    }
  }

  /** A value that tells its own type: a string, an integer, a number, a list, a tensor. */
  private static Object untyped(TokenReader in, Function<TokenReader, Tensor> constant) {
    if (in.peek().kind() == Token.Kind.STRING) {
      return in.string();
    }
    if (in.peek().is("[")) {
      return List.copyOf(in.<Object>list("[", "]", () -> untyped(in, constant)));
    }
    if (in.peek().is("const")) {
      return constant.apply(in);
    }
    Token digits = in.peek().is("-") ? in.peekSecond() : in.peek();
    boolean integer = digits.text().chars().allMatch(Character::isDigit);
    return integer ? (Object) in.integer() : (Object) in.number();
  }
}
