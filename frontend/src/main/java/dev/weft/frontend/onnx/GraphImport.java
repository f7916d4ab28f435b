package dev.weft.frontend.onnx;

import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import dev.weft.base.IntExpr;
import dev.weft.base.Tensor;
import dev.weft.frontend.CustomOperators;
import dev.weft.frontend.ImportException;
import dev.weft.frontend.UnsupportedNode;
import dev.weft.frontend.UnsupportedOperatorsException;
import dev.weft.graph.BlockBuilder;
import dev.weft.graph.Graph;
import dev.weft.graph.GraphExpr;
import dev.weft.graph.GraphVar;
import dev.weft.graph.SizeAlgebra;
import dev.weft.graph.SizeBinder;
import dev.weft.graph.TensorType;
import dev.weft.graph.TypeException;
import dev.weft.graph.UnknownRankException;
import dev.weft.graph.custom.OperatorDefinition;
import dev.weft.graph.op.Operator;
import dev.weft.graph.op.Sizes;
import dev.weft.graph.op.StoredForm;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The import of one model: values by name, and the graph that is being built. */
final class GraphImport {
  private static final Set<String> STANDARD_DOMAINS = Set.of("", "ai.onnx");

  /** Functions that call each other more deeply than this call themselves. */
  private static final int DEEPEST_CALL = 64;

  /** Values that a body would give can't be worked out, for reasons that have been noted. */
  private static final class MissingValueException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MissingValueException() {
      super("a value is missing");
    }
  }

  private final GraphProto proto;
  private final String where;
  private final ExternalData external;
  private final CustomOperators custom;
  private final Map<String, FunctionProto> functions = new HashMap<>();
  private final BlockBuilder builder = new BlockBuilder();
  private final KnownTensors tensors = new KnownTensors();
  private final KnownSizes sizes = new KnownSizes(tensors);
  private final LooseRanks looseRanks = new LooseRanks();
  private final OpenSequences openSequences = new OpenSequences();
  private final CheckedCalls calls = new CheckedCalls(builder, sizes);
  private final Set<UnsupportedNode> unsupported = new LinkedHashSet<>();

  /** Where the import is: in the model, a body or a function. */
  private Frame frame;

  /** How many functions of the model are being expanded. */
  private int depth;

  /** Values that can't be worked out because a node before them is unsupported. */
  private final Set<String> missing = new HashSet<>();

  GraphImport(ModelProto model, String where, ExternalData external, CustomOperators custom) {
    this.custom = custom;
    this.external = external;
    this.proto = model.getGraph();
    this.where = where;
    this.frame = Frame.of(opset(model, where));
    for (FunctionProto function : model.getFunctionsList()) {
      functions.put(key(function.getDomain(), function.getName()), function);
    }
  }

  private static String key(String domain, String name) {
    return (STANDARD_DOMAINS.contains(domain) ? "" : domain) + ":" + name;
  }

  /** The version of the standard's operators; null if none is imported. */
  private static @Nullable Long standardVersion(List<OperatorSetIdProto> imports) {
    for (OperatorSetIdProto set : imports) {
      if (STANDARD_DOMAINS.contains(set.getDomain())) {
        return set.getVersion();
      }
    }
    return null;
  }

  private static long opset(ModelProto model, String where) {
    Long version = standardVersion(model.getOpsetImportList());
    if (version != null) {
      return version;
    }
    if (model.getIrVersion() < 3) {
      return 1; // Operator sets came with IR version 3.
    }
    if (model.getOpsetImportCount() > 0) {
      return 0; // Only operators of other domains, which are reported node by node.
    }
    throw new ImportException(
        "the model does not say which operator set it uses", where, "the file may be cut off");
  }

  KnownTensors tensors() {
    return tensors;
  }

  OpenSequences openSequences() {
    return openSequences;
  }

  LooseRanks looseRanks() {
    return looseRanks;
  }

  KnownSizes sizes() {
    return sizes;
  }

  Graph run() {
    Map<String, GraphVar> params = new LinkedHashMap<>();
    SymbolNames symbols = new SymbolNames(proto);
    initializers(proto);
    for (ValueInfoProto input : proto.getInputList()) {
      // Up to IR version 3 every initializer is also listed as an input.
      if (frame.values().get(input.getName()) == null) {
        TensorType type = ValueTypes.tensor(input, symbols, where);
        if (type == null) {
          String reason = "its type " + ValueTypes.name(input);
          unsupported.add(
              new UnsupportedNode(input.getName(), "graph input", frame.opset(), reason));
          missing.add(input.getName());
          continue;
        }
        GraphVar param = GraphVar.of(input.getName(), type);
        params.put(input.getName(), param);
        frame.values().put(input.getName(), param);
      }
    }
    List<GraphVar> inputs = List.copyOf(params.values());
    builder.function(Graph.MAIN, inputs, this::body);
    return builder.build();
  }

  private void initializers(GraphProto graph) {
    for (TensorProto initializer : graph.getInitializerList()) {
      Tensor tensor = OnnxTensors.tensor(initializer, where, external);
      frame
          .values()
          .put(initializer.getName(), new GraphExpr.Constant(initializer.getName(), tensor));
    }
    for (SparseTensorProto initializer : graph.getSparseInitializerList()) {
      String name = initializer.getValues().getName();
      Tensor tensor = OnnxTensors.dense(initializer, where + ", '" + name + "'", external);
      frame.values().put(name, new GraphExpr.Constant(name, tensor));
    }
  }

  private void body() {
    List<GraphExpr> results =
        builder.dataflow(
            () -> {
              proto.getNodeList().forEach(this::node);
              return unsupported.isEmpty() ? outputs() : List.of();
            });
    if (!unsupported.isEmpty()) {
      throw new UnsupportedOperatorsException(List.copyOf(unsupported), where);
    }
    List<String> names = proto.getOutputList().stream().map(ValueInfoProto::getName).toList();
    builder.emitFunctionOutput(results, names);
  }

  private List<GraphExpr> outputs() {
    if (proto.getOutputCount() == 0) {
      throw new ImportException("the model has no output", where, "the file may be cut off");
    }
    List<GraphExpr> results = new ArrayList<>();
    for (ValueInfoProto output : proto.getOutputList()) {
      GraphExpr value = frame.values().get(output.getName());
      if (value == null) {
        throw new ImportException(
            "no node works out the output '" + output.getName() + "'",
            where,
            "the file is damaged");
      }
      String reason =
          looseRanks.contains(value)
              ? "a number of dimensions that is known only at run time"
              : value.type() instanceof TensorType ? "" : "a sequence of tensors";
      if (!reason.isEmpty()) {
        throw new UnsupportedOperatorsException(
            List.of(new UnsupportedNode(output.getName(), "graph output", frame.opset(), reason)),
            where);
      }
      boolean local = value instanceof GraphVar variable && variable.isDataflow();
      results.add(local ? builder.emitOutput(output.getName(), value) : value);
    }
    return results;
  }

  private void node(NodeProto node) {
    String name = frame.path() + nodeName(node);
    boolean standard = STANDARD_DOMAINS.contains(node.getDomain());
    FunctionProto function = functions.get(key(node.getDomain(), node.getOpType()));
    OperatorDefinition definition = definition(node, standard);
    Converter converter =
        definition != null ? new CustomConverter(definition) : converter(node, standard);
    if (converter == null && function == null) {
      String op = standard ? node.getOpType() : node.getDomain() + "." + node.getOpType();
      unsupported.add(new UnsupportedNode(name, op, frame.opset(), ""));
      missing.addAll(node.getOutputList());
      return;
    }
    if (node.getInputList().stream().anyMatch(missing::contains)) {
      missing.addAll(node.getOutputList());
      return;
    }
    Node view = new Node(node, name, frame, inputs(node, name), this);
    try {
      if (function == null || definition != null) {
        looseRanks.check(view);
      }
      List<GraphExpr> folded =
          converter == null || definition != null ? null : SizeFolding.fold(view);
      if (folded != null) {
        define(node, view, folded);
      } else if (function != null && definition == null) {
        define(node, view, call(function, view));
      } else if (converter != null) {
        List<GraphExpr> results = converter.convert(view);
        looseRanks.follow(view, results);
        define(node, view, results);
      }
    } catch (MissingValueException e) {
      missing.addAll(node.getOutputList());
    } catch (Node.UnsupportedException e) {
      unsupported.add(new UnsupportedNode(name, node.getOpType(), frame.opset(), e.reason()));
      missing.addAll(node.getOutputList());
    } catch (UnknownRankException e) {
      unsupported.add(new UnsupportedNode(name, node.getOpType(), frame.opset(), e.what()));
      missing.addAll(node.getOutputList());
    } catch (TypeException e) {
      throw invalid(e.what(), view, e);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw invalid(String.valueOf(e.getMessage()), view, e);
    } catch (IndexOutOfBoundsException e) {
      throw invalid("an operand or attribute has fewer entries than the operator needs", view, e);
    }
  }

  private static @Nullable Converter converter(NodeProto node, boolean standard) {
    return standard
        ? OnnxOperators.converter(node.getOpType())
        : OnnxOperators.converter(node.getDomain(), node.getOpType());
  }

  /** The application's own definition of a node's operator. */
  private @Nullable OperatorDefinition definition(NodeProto node, boolean standard) {
    return custom.get(standard ? "" : node.getDomain(), node.getOpType());
  }

  /** A function of the model: its nodes in the place of the call. */
  private List<GraphExpr> call(FunctionProto function, Node node) {
    if (depth == DEEPEST_CALL) {
      throw invalid("the function calls itself", node);
    }
    Frame caller = frame;
    Long version = standardVersion(function.getOpsetImportList());
    frame = caller.function(node, function, version == null ? caller.opset() : version);
    depth++;
    try {
      for (int i = 0; i < function.getInputCount(); i++) {
        if (node.has(i)) {
          frame.values().put(function.getInput(i), node.input(i));
        } else {
          frame.values().leaveOut(function.getInput(i));
        }
      }
      function.getNodeList().forEach(this::node);
      return results(function.getOutputList());
    } finally {
      depth--;
      frame = caller;
    }
  }

  /**
   * A body of a branch or a loop, in the place where the graph is being built: it knows the values
   * around it.
   *
   * @param inputs the values that its inputs stand for
   */
  List<GraphExpr> body(GraphProto graph, List<GraphExpr> inputs) {
    if (graph.getInputCount() != inputs.size()) {
      throw new IllegalArgumentException(
          "its body takes " + graph.getInputCount() + " inputs, not " + inputs.size());
    }
    Frame outer = frame;
    KnownSizes.Snapshot known = sizes.snapshot();
    CheckedCalls.Snapshot checked = calls.snapshot();
    frame = outer.body();
    try {
      for (int i = 0; i < inputs.size(); i++) {
        frame.values().put(graph.getInput(i).getName(), inputs.get(i));
      }
      initializers(graph);
      graph.getNodeList().forEach(this::node);
      return results(graph.getOutputList().stream().map(ValueInfoProto::getName).toList());
    } finally {
      frame = outer;
      // What the body found out holds where its symbols are known only.
      sizes.restore(known);
      calls.restore(checked);
    }
  }

  private List<GraphExpr> results(List<String> names) {
    List<GraphExpr> results = new ArrayList<>();
    for (String name : names) {
      GraphExpr value = frame.values().get(name);
      if (value == null && missing.contains(name)) {
        throw new MissingValueException();
      }
      if (value == null) {
        throw new IllegalArgumentException("no node of its body works out '" + name + "'");
      }
      results.add(value);
    }
    return results;
  }

  BlockBuilder builder() {
    return builder;
  }

  private List<@Nullable GraphExpr> inputs(NodeProto node, String name) {
    List<@Nullable GraphExpr> inputs = new ArrayList<>();
    for (String input : node.getInputList()) {
      GraphExpr value = frame.values().get(input);
      if (value == null && !input.isEmpty() && !frame.values().isLeftOut(input)) {
        throw new ImportException(
            "the input '"
                + input
                + "' of node '"
                + name
                + "' ("
                + node.getOpType()
                + ") is neither an input of the model, an initializer nor worked out before it",
            where,
            "the file is damaged");
      }
      inputs.add(value);
    }
    return inputs;
  }

  private void define(NodeProto node, Node view, List<GraphExpr> results) {
    for (int i = 0; i < node.getOutputCount(); i++) {
      String output = node.getOutput(i);
      if (output.isEmpty()) {
        continue;
      }
      if (i >= results.size()) {
        throw new Node.UnsupportedException("its output " + i);
      }
      if (!frame.values().put(output, results.get(i))) {
        throw invalid("the value '" + output + "' is worked out a second time", view);
      }
    }
  }

  private static String nodeName(NodeProto node) {
    if (!node.getName().isEmpty()) {
      return node.getName();
    }
    return node.getOutputList().stream()
        .filter(output -> !output.isEmpty())
        .findFirst()
        .orElse(node.getOpType());
  }

  /** Binds a call of an operator; what its type rule can't prove is checked at run time. */
  GraphExpr emit(String name, Node node, Operator op, List<GraphExpr> args) {
    for (GraphExpr arg : args) {
      if (arg.type() instanceof TensorType tensor
          && StoredForm.isStorageOnly(tensor.dtype())
          && !StoredForm.isKeptBy(op)) {
        throw new Node.UnsupportedException("arithmetic on " + tensor.dtype());
      }
    }
    GraphExpr.Call call = calls.call(place(node), op, args);
    GraphExpr variable = builder.emit(name, call);
    tensors.define(variable, call);
    return variable;
  }

  GraphExpr field(String name, GraphExpr tuple, int index) {
    return builder.emit(name, new GraphExpr.TupleGet(tuple, index));
  }

  <T> T bindSizes(Node node, Function<SizeBinder, T> body) {
    return builder.bindSizes(place(node), sizes::of, body);
  }

  private static String place(Node node) {
    return "node '" + node.name() + "' (" + node.opType() + ")";
  }

  GraphExpr sizesTensor(List<IntExpr> values, boolean scalar) {
    List<Long> numbers = new ArrayList<>();
    for (IntExpr value : values) {
      Long number = SizeAlgebra.constant(value);
      if (number != null) {
        numbers.add(number);
      }
    }
    if (numbers.size() == values.size()) {
      long[] elements = numbers.stream().mapToLong(Long::longValue).toArray();
      long[] shape = scalar ? new long[0] : new long[] {elements.length};
      return new GraphExpr.Constant("", Tensor.of(elements, shape));
    }
    GraphExpr tensor =
        builder.emit("sizes", GraphExpr.Call.of(new Sizes(values, scalar), List.of()));
    sizes.put(tensor, values);
    return tensor;
  }

  ImportException invalid(String what, Node node) {
    return invalid(what, node, null);
  }

  private ImportException invalid(String what, Node node, @Nullable Throwable cause) {
    return new ImportException(
        what, where + ", node '" + node.name() + "' (" + node.opType() + ")", "", cause);
  }
}
