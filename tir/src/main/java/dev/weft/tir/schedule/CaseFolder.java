package dev.weft.tir.schedule;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.base.InputException;
import dev.weft.tir.IRModule;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.schedule.trace.TraceJson;
import dev.weft.tir.script.TvmScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder of a {@link TraceCase}:
 *
 * <ul>
 *   <li>{@code before.py}, the module; {@code trace.json};
 *   <li>{@code expected.py}, the resulting module, or {@code error}, a line that says why the last
 *       instruction is refused;
 *   <li>{@code meta.json}, if there is one: {@code {"enable_check": false}} for a schedule without
 *       legality checks;
 *   <li>{@code intrin_NAME_desc.py} and {@code intrin_NAME_impl.py}: the two functions of a tensor
 *       intrinsic.
 * </ul>
 */
record CaseFolder(Path folder) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String DESCRIPTION = "_desc.py";
  private static final String INTRINSIC = "intrin_";

  /** Whether a folder claims to hold a case. */
  static boolean isCase(Path folder) {
    return Files.exists(folder.resolve("trace.json")) || Files.exists(folder.resolve("before.py"));
  }

  TraceCase read() {
    Path expected = folder.resolve("expected.py");
    boolean accepted = Files.exists(expected);
    if (accepted == Files.exists(folder.resolve("error"))) {
      throw new InputException(
          "a case has either expected.py or error, this one " + (accepted ? "both" : "neither"),
          folder.toString(),
          "");
    }
    return new TraceCase(
        module(folder.resolve("before.py")),
        TraceJson.read(text(folder.resolve("trace.json"))),
        accepted ? module(expected) : null,
        checked(),
        intrinsics());
  }

  private boolean checked() {
    Path file = folder.resolve("meta.json");
    if (!Files.exists(file)) {
      return true;
    }
    try {
      JsonNode meta = JSON.readTree(text(file));
      return meta.path("enable_check").asBoolean(true);
    } catch (JsonProcessingException e) {
      throw new InputException("not JSON: " + e.getOriginalMessage(), file.toString(), "", e);
    }
  }

  private List<TensorIntrin> intrinsics() {
    List<TensorIntrin> result = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (name.startsWith(INTRINSIC) && name.endsWith(DESCRIPTION)) {
          String plain = name.substring(INTRINSIC.length(), name.length() - DESCRIPTION.length());
          Path implementation = folder.resolve(INTRINSIC + plain + "_impl.py");
          result.add(new TensorIntrin(plain, function(file), function(implementation)));
        }
      }
    } catch (IOException e) {
      throw new InputException("can't be listed: " + e.getMessage(), folder.toString(), "", e);
    }
    return result;
  }

  private static IRModule module(Path file) {
    return TvmScript.parseModule(text(file), file.getFileName().toString());
  }

  private static PrimFunc function(Path file) {
    return TvmScript.parseFunction(text(file), file.getFileName().toString());
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new InputException("can't be read: " + e.getMessage(), file.toString(), "", e);
    }
  }
}
