package dev.weft.runtime.artifact;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.runtime.KernelParam;
import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.ProgramFormat;
import dev.weft.runtime.ProgramImage;
import dev.weft.runtime.TensorMap;
import java.util.List;
import java.util.function.Function;

/** The JSON form of what a program image is besides its content. */
final class ProgramJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private ProgramJson() {}

  /**
   * Describes an image.
   *
   * @param entry the name of the file's part that has the content
   */
  static ObjectNode write(ProgramImage image, String entry) {
    ObjectNode node = JSON.objectNode();
    node.put("format", image.format().name());
    node.put("architecture", image.architecture());
    node.put("content", entry);
    ArrayNode options = node.putArray("options");
    image.options().forEach(options::add);
    ArrayNode kernels = node.putArray("kernels");
    for (KernelSpec kernel : image.kernels()) {
      ObjectNode described = kernels.addObject().put("name", kernel.name());
      ArrayNode params = described.putArray("params");
      kernel.params().forEach(param -> params.add(param(param)));
      if (!kernel.tensorMaps().isEmpty()) {
        ArrayNode maps = described.putArray("tensor_maps");
        kernel.tensorMaps().forEach(map -> maps.add(tensorMap(map)));
      }
    }
    return node;
  }

  static ProgramImage read(JsonFields fields, Function<String, byte[]> contents) {
    return new ProgramImage(
        fields.constant("format", ProgramFormat.class),
        fields.text("architecture"),
        contents.apply(fields.text("content")),
        fields.objects(
            "kernels",
            kernel ->
                new KernelSpec(
                    kernel.text("name"),
                    kernel.objects("params", ProgramJson::param),
                    kernel.has("tensor_maps")
                        ? kernel.objects("tensor_maps", ProgramJson::tensorMap)
                        : List.of())),
        fields.texts("options"));
  }

  private static ObjectNode tensorMap(TensorMap map) {
    ObjectNode node =
        JSON.objectNode()
            .put("name", map.name())
            .put("param", map.param())
            .put("dtype", map.dtype().toString())
            .put("swizzle", map.swizzle());
    ArrayNode dimensions = node.putArray("dimensions");
    for (int d = 0; d < map.shape().size(); d++) {
      dimensions
          .addObject()
          .put("extent", map.shape().get(d))
          .put("stride", map.strides().get(d))
          .put("box", map.box().get(d));
    }
    return node;
  }

  private static TensorMap tensorMap(JsonFields fields) {
    return new TensorMap(
        fields.text("name"),
        (int) fields.integer("param"),
        fields.dtype("dtype"),
        fields.objects("dimensions", d -> d.integer("extent")),
        fields.objects("dimensions", d -> d.integer("stride")),
        fields.objects("dimensions", d -> (int) d.integer("box")),
        (int) fields.integer("swizzle"));
  }

  private static ObjectNode param(KernelParam param) {
    ObjectNode node =
        JSON.objectNode().put("name", param.name()).put("dtype", param.dtype().toString());
    return switch (param) {
      case KernelParam.Buffer buffer -> node.put("access", buffer.access().name());
      case KernelParam.Scalar scalar -> node;
    };
  }

  private static KernelParam param(JsonFields fields) {
    return fields.has("access")
        ? new KernelParam.Buffer(
            fields.text("name"),
            fields.dtype("dtype"),
            fields.constant("access", KernelParam.Access.class))
        : new KernelParam.Scalar(fields.text("name"), fields.dtype("dtype"));
  }
}
