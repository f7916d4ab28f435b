package dev.weft.frontend.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.frontend.ImportException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;

/**
 * Gives a model other weights: random ones, the same from one seed on every machine. For
 * architectures that come without weights, or with equal ones, which hide mistakes.
 *
 * <p>A tensor is replaced if it is an initializer or a {@code ConstantOfShape} of a known shape,
 * and some operator takes it as a weight; single numbers stay. Weights of products and convolutions
 * get a spread that keeps the values' mean square through a rectifier (He et al., "Delving Deep
 * into Rectifiers", 2015), a quarter of its square where a residual connection adds the result;
 * normalisations stay near the identity. The weights lie in a file of their own beside the model,
 * which is written through a mapping: models larger than Java's heap are no problem.
 */
public final class RandomWeights {
  private static final String WEIGHTS = "weights.bin";
  private static final int ALIGNMENT = 64;

  /** From this version on an initializer need not be an input, and is a constant if it is none. */
  private static final int PLAIN_INITIALIZERS = 4;

  private final ModelProto model;
  private final long seed;
  private final String name;
  private final Map<String, WeightRole> roles;

  private RandomWeights(ModelProto model, long seed, String name) {
    this.model = model;
    this.seed = seed;
    this.name = name;
    this.roles = WeightRole.of(model.getGraph());
  }

  /**
   * Writes a model with random weights.
   *
   * @param model the file of the model; stays as it is
   * @param folder an existing one, other than the model's; gets the new model and its weights
   * @return the new model's file
   * @throws InputException if a file can't be read or written, or nothing in the model is a weight
   */
  public static Path write(Path model, long seed, Path folder) {
    try {
      ModelProto proto = ModelProto.parseFrom(Files.readAllBytes(model));
      Path file = folder.resolve(String.valueOf(model.getFileName()));
      ModelProto filled =
          new RandomWeights(proto, seed, model.toString()).fill(folder.resolve(WEIGHTS));
      Files.write(file, filled.toByteArray());
      return file;
    } catch (IOException e) {
      throw new InputException(
          "random weights can't be written", model + " to " + folder, "check both", e);
    }
  }

  private ModelProto fill(Path weights) throws IOException {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    Map<String, DType> types = new LinkedHashMap<>();
    GraphProto.Builder graph = model.getGraph().toBuilder().clearInitializer().clearNode();
    for (TensorProto tensor : model.getGraph().getInitializerList()) {
      DType dtype = OnnxTypes.dtype(tensor.getDataType());
      long[] dims = tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
      if (dtype != null && dtype.isFloat() && isWeight(tensor.getName(), dims)) {
        types.put(tensor.getName(), dtype);
        shapes.put(tensor.getName(), dims);
      } else {
        graph.addInitializer(tensor);
      }
    }
    Map<String, TensorProto> known = new LinkedHashMap<>();
    model.getGraph().getInitializerList().forEach(each -> known.put(each.getName(), each));
    for (NodeProto node : model.getGraph().getNodeList()) {
      DType dtype = constantOfShape(node);
      TensorProto shape = node.getInputCount() == 0 ? null : known.get(node.getInput(0));
      long[] dims = shape == null ? new long[0] : OnnxTensors.tensor(shape, name).toLongs();
      if (dtype != null && isWeight(node.getOutput(0), dims)) {
        types.put(node.getOutput(0), dtype);
        shapes.put(node.getOutput(0), dims);
      } else {
        graph.addNode(node);
      }
    }
    if (shapes.isEmpty()) {
      throw new InputException(
          "the model has no weights that could be replaced", name, "leave --random-weights out");
    }
    removeUnused(graph);
    write(weights, shapes, types, graph);
    return model.toBuilder()
        .setIrVersion(Math.max(model.getIrVersion(), PLAIN_INITIALIZERS))
        .setGraph(withoutInitializersAsInputs(graph))
        .build();
  }

  private boolean isWeight(String tensor, long[] shape) {
    return roles.containsKey(tensor) && Arrays.stream(shape).reduce(1, (a, b) -> a * b) > 1;
  }

  /** The type of a constant of floats; null for any other node. */
  private static @Nullable DType constantOfShape(NodeProto node) {
    if (!node.getOpType().equals("ConstantOfShape") || !node.getDomain().isEmpty()) {
      return null;
    }
    DType dtype = DType.FLOAT32;
    for (AttributeProto attribute : node.getAttributeList()) {
      if (attribute.getName().equals("value")) {
        dtype = OnnxTypes.dtype(attribute.getT().getDataType());
      }
    }
    return dtype != null && dtype.isFloat() ? dtype : null;
  }

  /** Leaves out what nobody reads any more: the shapes of constants that are initializers now. */
  private void removeUnused(GraphProto.Builder graph) {
    Set<String> before = read(model.getGraph());
    Set<String> after = read(graph.build());
    var kept =
        graph.getInitializerList().stream()
            .filter(each -> after.contains(each.getName()) || !before.contains(each.getName()))
            .toList();
    graph.clearInitializer().addAllInitializer(kept);
    var inputs =
        graph.getInputList().stream()
            .filter(each -> after.contains(each.getName()) || !before.contains(each.getName()))
            .toList();
    graph.clearInput().addAllInput(inputs);
  }

  /** What the nodes of a graph read, those of graphs within it too. */
  private static Set<String> read(GraphProto graph) {
    Set<String> names = new HashSet<>();
    for (NodeProto node : graph.getNodeList()) {
      names.addAll(node.getInputList());
      for (AttributeProto attribute : node.getAttributeList()) {
        names.addAll(read(attribute.getG()));
      }
    }
    return names;
  }

  private static GraphProto.Builder withoutInitializersAsInputs(GraphProto.Builder graph) {
    Set<String> initializers = new HashSet<>();
    graph.getInitializerList().forEach(each -> initializers.add(each.getName()));
    var inputs =
        graph.getInputList().stream()
            .filter(input -> !initializers.contains(input.getName()))
            .toList();
    return graph.clearInput().addAllInput(inputs);
  }

  private void write(
      Path file, Map<String, long[]> shapes, Map<String, DType> types, GraphProto.Builder graph)
      throws IOException {
    Map<String, Long> offsets = new LinkedHashMap<>();
    Map<String, Long> sizes = new LinkedHashMap<>();
    long end = 0;
    for (Map.Entry<String, long[]> each : shapes.entrySet()) {
      DType dtype = types.getOrDefault(each.getKey(), DType.FLOAT32);
      long bytes = dtype.bytes();
      for (long dim : each.getValue()) {
        if (dim < 0 || Math.multiplyHigh(bytes, dim) != 0) {
          throw new ImportException("its shape makes no sense", name + ", " + each.getKey(), "");
        }
        bytes *= dim;
      }
      offsets.put(each.getKey(), end);
      sizes.put(each.getKey(), bytes);
      end = Math.addExact(end, Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT);
    }
    try (FileChannel channel =
            FileChannel.open(
                file,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        Arena arena = Arena.ofConfined()) {
      MemorySegment all = channel.map(FileChannel.MapMode.READ_WRITE, 0, end, arena);
      for (Map.Entry<String, long[]> each : shapes.entrySet()) {
        String weight = each.getKey();
        DType dtype = types.getOrDefault(weight, DType.FLOAT32);
        long offset = offsets.getOrDefault(weight, 0L);
        long bytes = sizes.getOrDefault(weight, 0L);
        Tensor values = Tensor.wrap(dtype, all.asSlice(offset, bytes), each.getValue());
        fill(weight, values);
        graph.addInitializer(initializer(weight, values, offset));
      }
    }
  }

  private void fill(String weight, Tensor values) {
    WeightRole role = roles.getOrDefault(weight, WeightRole.SHIFT);
    RandomGenerator random =
        RandomGeneratorFactory.of("L64X128MixRandom").create(seed * 31 + weight.hashCode());
    double middle = role.middle();
    double spread = role.spread(values.shape());
    for (long i = 0; i < values.elements(); i++) {
      double value = middle + spread * random.nextGaussian();
      values.setDouble(i, role.isPositive() ? Math.max(0.5, value) : value);
    }
  }

  private static TensorProto initializer(String weight, Tensor values, long offset) {
    TensorProto.Builder proto =
        TensorProto.newBuilder()
            .setName(weight)
            .setDataType(OnnxTypes.number(values.dtype()))
            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
            .addExternalData(entry("location", WEIGHTS))
            .addExternalData(entry("offset", Long.toString(offset)))
            .addExternalData(entry("length", Long.toString(values.bytes())));
    for (long dim : values.shape()) {
      proto.addDims(dim);
    }
    return proto.build();
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }
}
