package dev.weft.tir.schedule.trace;

import dev.weft.base.DType;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IndexMap;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Prints a trace as the Java calls that make it. What each instruction calls is a template: {@code
 * i0} an input, {@code a0} an attribute, {@code f0} an attribute or input that is a truth value,
 * {@code x0} an attribute, or the input after the first where there are no attributes, {@code all}
 * the inputs as a list, {@code rest} those from the second on, {@code d} the decision.
 */
final class TraceJava {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{([a-z]+)(\\d*)\\}");
  private static final Set<String> GIVE_LISTS =
      Set.of(
          "GetLoops",
          "GetChildBlocks",
          "GetProducers",
          "GetConsumers",
          "GetOutputBlocks",
          "Split",
          "LoopPartition",
          "CacheInplace",
          "CacheIndex",
          "SamplePerfectTile",
          "SamplePartitionedTile");
  private static final Map<String, String> CALLS =
      Map.ofEntries(
          Map.entry("GetBlock", "getBlock({a0}, {a1})"),
          Map.entry("GetSBlock", "getBlock({a0}, {a1})"),
          Map.entry("GetLoops", "getLoops({i0})"),
          Map.entry("GetChildBlocks", "getChildBlocks({i0})"),
          Map.entry("GetProducers", "getProducers({i0})"),
          Map.entry("GetConsumers", "getConsumers({i0})"),
          Map.entry("GetOutputBlocks", "getOutputBlocks({i0})"),
          Map.entry("SamplePerfectTile", "samplePerfectTile({i0}, {a0}, {a1}, {dl})"),
          Map.entry("SamplePartitionedTile", "samplePartitionedTile({i0}, {a0}, {a1}, {a2}, {dl})"),
          Map.entry("SampleCategorical", "sampleCategorical({al0}, {a1}, {d})"),
          Map.entry("SampleComputeLocation", "sampleComputeLocation({i0}, {d})"),
          Map.entry("Split", "split({i0}, {rest}, {f0}, {f1})"),
          Map.entry("LoopPartition", "loopPartition({i0}, {rest}, {f0})"),
          Map.entry("Merge", "merge({all})"),
          Map.entry("Fuse", "fuse({all}, {f0})"),
          Map.entry("Reorder", "reorder({all})"),
          Map.entry("ReorderBlockIterVar", "reorderBlockIterVar({i0}, {x0})"),
          Map.entry("AddUnitLoop", "addUnitLoop({i0})"),
          Map.entry("Parallel", "parallel({i0})"),
          Map.entry("Vectorize", "vectorize({i0})"),
          Map.entry("Unroll", "unroll({i0})"),
          Map.entry("Bind", "bind({i0}, {a0})"),
          Map.entry("CacheRead", "cacheRead({i0}, {a0}, {a1}, {i1})"),
          Map.entry("CacheWrite", "cacheWrite({i0}, {a0}, {a1}, {i1})"),
          Map.entry("ReindexCacheRead", "reindexCacheRead({i0}, {a0}, {a1}, {i1})"),
          Map.entry("ReindexCacheWrite", "reindexCacheWrite({i0}, {a0}, {a1}, {i1})"),
          Map.entry("CacheInplace", "cacheInplace({i0}, {a0}, {a1})"),
          Map.entry("CacheIndex", "cacheIndex({i0}, {a0}, {a1})"),
          Map.entry("ReIndex", "reindex({i0}, {a0}, {f1})"),
          Map.entry("ReadAt", "readAt({i0}, {i1}, {a0}, {a1})"),
          Map.entry("WriteAt", "writeAt({i0}, {i1}, {a0}, {a1})"),
          Map.entry("ComputeAt", "computeAt({i0}, {i1}, {f0}, {a1})"),
          Map.entry("ReverseComputeAt", "reverseComputeAt({i0}, {i1}, {f0}, {a1})"),
          Map.entry("ComputeInline", "computeInline({i0})"),
          Map.entry("ReverseComputeInline", "reverseComputeInline({i0})"),
          Map.entry("DecomposeReduction", "decomposeReduction({i0}, {i1})"),
          Map.entry("FuseReductionEpilogue", "fuseReductionEpilogue({i0}, {i1})"),
          Map.entry("RFactor", "rfactor({i0}, {a0})"),
          Map.entry("StorageAlign", "storageAlign({i0}, {a0}, {a1}, {a2}, {a3})"),
          Map.entry("SetScope", "setScope({i0}, {a0}, {a1})"),
          Map.entry("UnsafeSetDType", "unsafeSetDtype({i0}, {a0}, {a1})"),
          Map.entry("UnsafeHideBufferAccess", "unsafeHideBufferAccess({i0}, {i1}, {i2})"),
          Map.entry("AnnotateBufferAccess", "annotateBufferAccess({i0}, {i1}, {g2}, {i3})"),
          Map.entry("SetAxisSeparator", "setAxisSeparator({i0}, {a0}, {f1}, {a2})"),
          Map.entry("Blockize", "blockize({i0}, {f0})"),
          Map.entry("Tensorize", "tensorize({i0}, options.intrinsic({a0}), {f1})"),
          Map.entry("Annotate", "annotate({i0}, {a0}, {v1})"),
          Map.entry("Unannotate", "unannotate({i0}, {a0})"),
          Map.entry("TransformLayout", "transformLayout({i0}, {a0}, {f1}, {i1}, {a2}, {f3})"),
          Map.entry("TransformBlockLayout", "transformBlockLayout({i0}, {x0})"),
          Map.entry("DecomposePadding", "decomposePadding({i0}, {i1})"),
          Map.entry("PadEinsum", "padEinsum({i0}, {x0})"),
          Map.entry("RollingBuffer", "rollingBuffer({i0}, {a0})"),
          Map.entry("EnterPostproc", "enterPostproc()"));

  private final Trace trace;
  private final Map<Buffer, String> buffers = new IdentityHashMap<>();
  private final List<String> lines = new ArrayList<>();
  private int lists;
  private int vars;

  TraceJava(Trace trace) {
    this.trace = trace;
  }

  String print(String className) {
    for (int i = 0; i < trace.instructions().size(); i++) {
      step(trace.instructions().get(i), trace.decisions().get(i));
    }
    String body = lines.stream().map(line -> "    " + line + "\n").collect(Collectors.joining());
    return """
    import dev.weft.base.DType;
    import dev.weft.tir.*;
    import dev.weft.tir.schedule.*;
    import java.util.Arrays;
    import java.util.List;
    import java.util.Map;

    final class %s {
      private %s() {}

      static void apply(Schedule schedule, ReplayOptions options) {
    %s  }
    }
    """
        .formatted(className, className, body);
  }

  private void step(Instruction step, @Nullable TraceValue decision) {
    String template = CALLS.get(step.kind());
    if (template == null) {
      throw new IllegalArgumentException("no method makes the instruction " + step.kind());
    }
    String call = "schedule." + fill(template, step, decision) + ";";
    if (GIVE_LISTS.contains(step.kind())) {
      String list = "made" + lists++;
      lines.add("var " + list + " = " + call);
      for (int i = 0; i < step.outputs().size(); i++) {
        lines.add("var " + step.outputs().get(i) + " = " + list + ".get(" + i + ");");
      }
    } else {
      lines.add(
          step.outputs().isEmpty() ? call : "var " + step.outputs().getFirst() + " = " + call);
    }
  }

  private String fill(String template, Instruction step, @Nullable TraceValue decision) {
    Function<MatchResult, String> filler =
        match -> {
          String number = match.group(2);
          int index = number.isEmpty() ? 0 : Integer.parseInt(number);
          return switch (match.group(1)) {
            case "i" -> java(step.inputs(), index);
            case "a" -> java(step.attrs(), index);
            case "x" ->
                java(
                    step.attrs().isEmpty()
                        ? step.inputs().get(index + 1)
                        : step.attrs().get(index));
            case "al" -> longs(step.attrs().get(index));
            case "f" -> truth(step.attrs(), index);
            case "g" -> truth(step.inputs(), index);
            case "v" -> annotation(step.inputs().get(index));
            case "all" -> java(new TraceValue.Items(step.inputs()));
            case "rest" -> list("Arrays.asList(", step.inputs().subList(1, step.inputs().size()));
            case "d" -> decision == null ? "null" : java(decision) + "L";
            case "dl" -> decision == null ? "null" : longs(decision);
            default -> throw new IllegalStateException(template);
          };
        };
    StringBuilder out = new StringBuilder();
    int end = 0;
    for (MatchResult match : PLACEHOLDER.matcher(template).results().toList()) {
      out.append(template, end, match.start()).append(filler.apply(match));
      end = match.end();
    }
    return out.append(template, end, template.length()).toString();
  }

  private String java(List<TraceValue> values, int index) {
    return index < values.size() ? java(values.get(index)) : "List.of()";
  }

  private static String truth(List<TraceValue> values, int index) {
    boolean on = index < values.size() && !values.get(index).equals(new TraceValue.Int(0));
    return Boolean.toString(on);
  }

  private String longs(TraceValue value) {
    if (!(value instanceof TraceValue.Items(List<TraceValue> items))) {
      throw new IllegalArgumentException("a list of integers is expected, got " + value);
    }
    return items.stream()
        .map(item -> java(item) + "L")
        .collect(Collectors.joining(", ", "List.of(", ")"));
  }

  private String list(String open, List<TraceValue> values) {
    if (values.size() == 1 && values.getFirst() instanceof TraceValue.None) {
      return "java.util.Collections.singletonList(null)";
    }
    return values.stream().map(this::java).collect(Collectors.joining(", ", open, ")"));
  }

  private String java(TraceValue value) {
    return switch (value) {
      case TraceValue.Ref(String name) -> name;
      case TraceValue.Int(long number) -> Long.toString(number);
      case TraceValue.Real(double number) -> Double.toString(number);
      case TraceValue.Text(String text) -> quoted(text);
      case TraceValue.None v -> "null";
      case TraceValue.Items(List<TraceValue> values) -> list("List.of(", values);
      case TraceValue.Entries v -> throw new IllegalArgumentException("a map is no argument: " + v);
      case TraceValue.Indices(IndexMap map) -> indexMap(map);
    };
  }

  private static String annotation(TraceValue value) {
    return switch (value) {
      case TraceValue.Ref(String name) -> name;
      case TraceValue.Int(long number) -> number + "L";
      case TraceValue.Text(String text) -> quoted(text);
      default -> attr(value);
    };
  }

  /** A value of an annotation as an {@link AttrValue}. */
  private static String attr(TraceValue value) {
    return switch (value) {
      case TraceValue.Int(long number) -> "Expr.int32(" + number + "L)";
      case TraceValue.Real(double number) -> "Expr.float32(" + number + ")";
      case TraceValue.Text(String text) -> "new Expr.StringImm(" + quoted(text) + ")";
      case TraceValue.Items(List<TraceValue> values) ->
          values.stream()
              .map(TraceJava::attr)
              .collect(Collectors.joining(", ", "new AttrValue.Items(List.of(", "))"));
      case TraceValue.Entries(Map<String, TraceValue> values) ->
          "new AttrValue.Entries(" + entries(List.copyOf(values.entrySet())) + ")";
      case TraceValue.Ref v -> throw new IllegalArgumentException("no annotation's value: " + v);
      case TraceValue.None v -> throw new IllegalArgumentException("no annotation's value: " + v);
      case TraceValue.Indices v ->
          throw new IllegalArgumentException("no annotation's value: " + v);
    };
  }

  private static String entries(List<Map.Entry<String, TraceValue>> entries) {
    String map = "Map.<String, AttrValue>of()";
    for (Map.Entry<String, TraceValue> entry : entries) {
      String value = attr(entry.getValue());
      map = "Ordered.with(" + map + ", " + quoted(entry.getKey()) + ", " + value + ")";
    }
    return map;
  }

  private static String quoted(String text) {
    StringBuilder out = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ') {
        out.append(String.format(Locale.ROOT, "\\%03o", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }

  /** Declares the map's parameters on lines before. */
  private String indexMap(IndexMap map) {
    Map<Var, String> names = new IdentityHashMap<>();
    for (Var input : map.inputs()) {
      String name = "x" + vars++;
      names.put(input, name);
      lines.add("var " + name + " = Var.of(" + quoted(input.name()) + ", " + dtype(input) + ");");
    }
    String inputs = map.inputs().stream().map(names::get).collect(Collectors.joining(", "));
    String outputs =
        map.outputs().stream().map(e -> expr(e, names)).collect(Collectors.joining(", "));
    return "new IndexMap(List.of(" + inputs + "), List.of(" + outputs + "))";
  }

  private static String dtype(Expr e) {
    return "DType.parse(\"" + e.dtype() + "\")";
  }

  private String expr(Expr e, Map<Var, String> names) {
    return switch (e) {
      case Var v -> String.valueOf(names.get(v));
      case Expr.IntImm imm -> "Expr.imm(" + dtype(imm) + ", " + imm.value() + "L)";
      case Expr.FloatImm imm ->
          "new Expr.FloatImm(" + dtype(imm) + ", " + number(imm.value()) + ")";
      case Expr.Cast cast ->
          "new Expr.Cast(" + dtype(cast) + ", " + expr(cast.value(), names) + ")";
      case Expr.Not not -> "new Expr.Not(" + expr(not.value(), names) + ")";
      case Expr.Select choice ->
          "new Expr.Select("
              + expr(choice.condition(), names)
              + ", "
              + expr(choice.ifTrue(), names)
              + ", "
              + expr(choice.ifFalse(), names)
              + ")";
      case Expr.Binary binary ->
          "new Expr.Binary(BinaryOp."
              + binary.op().name()
              + ", "
              + expr(binary.a(), names)
              + ", "
              + expr(binary.b(), names)
              + ")";
      case Expr.Load load ->
          "new Expr.Load(" + buffer(load.buffer(), names) + list(load.indices(), names) + ")";
      case Expr.Call(DType _, Intrinsic intrinsic, List<Expr> args) ->
          "new Expr.Call(" + dtype(e) + ", Intrinsic." + intrinsic.name() + list(args, names) + ")";
      case Expr.Call call -> throw refuse(call);
      case Expr.StringImm text -> throw refuse(text);
      case Expr.Ramp ramp -> throw refuse(ramp);
      case Expr.Broadcast broadcast -> throw refuse(broadcast);
      case Expr.Let let -> throw refuse(let);
      case Expr.Shuffle shuffle -> throw refuse(shuffle);
    };
  }

  private static String number(double value) {
    return Double.isFinite(value)
        ? Double.toString(value)
        : "Double.parseDouble(\"" + value + "\")";
  }

  private static IllegalArgumentException refuse(Expr e) {
    return new IllegalArgumentException(
        "an index map in a trace can't hold " + e.getClass().getSimpleName());
  }

  private String list(List<Expr> exprs, Map<Var, String> names) {
    return exprs.stream()
        .map(e -> expr(e, names))
        .collect(Collectors.joining(", ", ", List.of(", ")"));
  }

  /** Declares a buffer on a line before, the first time that it is met. */
  private String buffer(Buffer buffer, Map<Var, String> names) {
    String known = buffers.get(buffer);
    if (known != null) {
      return known;
    }
    String name = "buffer" + buffers.size();
    buffers.put(buffer, name);
    lines.add(
        "var "
            + name
            + " = Buffer.of("
            + quoted(buffer.name())
            + ", DType.parse(\""
            + buffer.dtype()
            + "\"), Scope.parse("
            + quoted(buffer.scope().toString())
            + ")"
            + list(buffer.shape(), names)
            + ");");
    return name;
  }
}
