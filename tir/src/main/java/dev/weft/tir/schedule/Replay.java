package dev.weft.tir.schedule;

import dev.weft.base.InputException;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Expr;
import dev.weft.tir.IndexMap;
import dev.weft.tir.schedule.trace.Instruction;
import dev.weft.tir.schedule.trace.Trace;
import dev.weft.tir.schedule.trace.TraceValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Carries out a trace on a schedule. */
final class Replay {
  private final Schedule schedule;
  private final ReplayOptions options;
  private Map<String, Object> values;
  private @Nullable TraceValue decision;
  private Instruction current = new Instruction("", List.of(), List.of(), List.of());

  /**
   * @param handles by the names that steps may use for them; looked up, not changed
   */
  Replay(Schedule schedule, ReplayOptions options, Map<String, Object> handles) {
    this.schedule = schedule;
    this.options = options;
    this.values = handles;
  }

  /** Carries out one step, whatever it makes. */
  void step(String kind, List<TraceValue> inputs, List<TraceValue> attrs) {
    current = new Instruction(kind, inputs, attrs, List.of());
    step();
  }

  void run(Trace whole) {
    values = new HashMap<>(values);
    Trace trace = options.postprocessing() ? whole : whole.withoutPostprocessing();
    for (int i = 0; i < trace.instructions().size(); i++) {
      current = trace.instructions().get(i);
      TraceValue recorded = trace.decisions().get(i);
      decision = current.isSampling() ? options.decisions().decide(i, current, recorded) : recorded;
      List<?> made = step();
      if (made.size() != current.outputs().size()) {
        throw bad("it makes " + made.size() + " handles, the trace names " + current.outputs());
      }
      for (int k = 0; k < made.size(); k++) {
        values.put(current.outputs().get(k), made.get(k));
      }
    }
  }

  private List<?> step() {
    return switch (current.kind()) {
      case "GetBlock", "GetSBlock" -> List.of(schedule.getBlock(text(0), text(1)));
      case "GetLoops" -> schedule.getLoops(block(0));
      case "GetChildBlocks" -> schedule.getChildBlocks(stmt(0));
      case "GetProducers" -> schedule.getProducers(block(0));
      case "GetConsumers" -> schedule.getConsumers(block(0));
      case "GetOutputBlocks" -> schedule.getOutputBlocks(block(0));
      case "SamplePerfectTile" ->
          schedule.samplePerfectTile(loop(0), integer(0), integer(1), decidedFactors());
      case "SamplePartitionedTile" ->
          schedule.samplePartitionedTile(
              loop(0), integer(0), integer(1), integer(2), decidedFactors());
      case "SampleCategorical" ->
          List.of(
              schedule.sampleCategorical(
                  longs(attribute(0)), reals(attribute(1)), decidedNumber()));
      case "SampleComputeLocation" ->
          List.of(schedule.sampleComputeLocation(block(0), decidedNumber()));
      case "Split" -> schedule.split(loop(0), factors(), flag(0), flag(1));
      case "Fuse" -> List.of(schedule.fuse(loops(), flag(0)));
      case "LoopPartition" -> schedule.loopPartition(loop(0), factors(), flag(0));
      case "Merge" -> List.of(schedule.merge(loops()));
      case "Reorder" -> none(() -> schedule.reorder(loops()));
      case "AddUnitLoop" -> List.of(schedule.addUnitLoop(stmt(0)));
      case "Parallel" -> none(() -> schedule.parallel(loop(0)));
      case "Vectorize" -> none(() -> schedule.vectorize(loop(0)));
      case "Unroll" -> none(() -> schedule.unroll(loop(0)));
      case "Bind" -> none(() -> schedule.bind(loop(0), text(0)));
      case "CacheRead" -> List.of(schedule.cacheRead(block(0), integer(0), text(1), consumers()));
      case "CacheWrite" -> List.of(schedule.cacheWrite(block(0), integer(0), text(1), consumers()));
      case "ReadAt" -> List.of(schedule.readAt(loop(0), block(1), integer(0), text(1)));
      case "WriteAt" -> List.of(schedule.writeAt(loop(0), block(1), integer(0), text(1)));
      case "RollingBuffer" -> none(() -> schedule.rollingBuffer(block(0), integer(0)));
      case "ComputeAt" -> none(() -> schedule.computeAt(block(0), loop(1), flag(0), integer(1)));
      case "ReverseComputeAt" ->
          none(() -> schedule.reverseComputeAt(block(0), loop(1), flag(0), integer(1)));
      case "ComputeInline" -> none(() -> schedule.computeInline(block(0)));
      case "ReverseComputeInline" -> none(() -> schedule.reverseComputeInline(block(0)));
      case "DecomposeReduction" -> List.of(schedule.decomposeReduction(block(0), loop(1)));
      case "ReorderBlockIterVar" -> none(() -> schedule.reorderBlockIterVar(block(0), integers(0)));
      case "ReIndex" -> List.of(schedule.reindex(block(0), integer(0), flag(1)));
      case "Blockize" -> List.of(blockize());
      case "Tensorize" -> none(() -> schedule.tensorize(stmt(0), intrinsic(0), flag(1)));
      case "TransformLayout" ->
          none(
              () ->
                  schedule.transformLayout(
                      block(0), integer(0), flag(1), map(input(1)), padValue(), flag(3)));
      case "ReindexCacheRead" ->
          List.of(schedule.reindexCacheRead(block(0), integer(0), text(1), map(input(1))));
      case "ReindexCacheWrite" ->
          List.of(schedule.reindexCacheWrite(block(0), integer(0), text(1), map(input(1))));
      case "CacheIndex" -> schedule.cacheIndex(block(0), text(0), integer(1));
      case "CacheInplace" -> schedule.cacheInplace(block(0), integer(0), text(1));
      case "SetAxisSeparator" ->
          none(
              () ->
                  schedule.setAxisSeparator(block(0), integer(0), flag(1), integers(attribute(2))));
      case "UnsafeSetDType" -> none(() -> schedule.unsafeSetDtype(block(0), integer(0), text(1)));
      case "UnsafeHideBufferAccess" ->
          none(
              () ->
                  schedule.unsafeHideBufferAccess(block(0), string(input(1)), integers(input(2))));
      case "AnnotateBufferAccess" ->
          none(
              () ->
                  schedule.annotateBufferAccess(
                      block(0), number(input(1)), number(input(2)) != 0, map(input(3))));
      case "TransformBlockLayout" ->
          none(
              () ->
                  schedule.transformBlockLayout(
                      block(0), map(current.attrs().isEmpty() ? input(1) : attribute(0))));
      case "FuseReductionEpilogue" ->
          none(() -> schedule.fuseReductionEpilogue(block(0), block(1)));
      case "RFactor" -> List.of(schedule.rfactor(loop(0), integer(0)));
      case "PadEinsum" -> none(() -> schedule.padEinsum(block(0), integers(0)));
      case "DecomposePadding" -> List.of(schedule.decomposePadding(block(0), loop(1)));
      case "EnterPostproc" -> none(schedule::enterPostproc);
      case "SetScope" -> none(() -> schedule.setScope(block(0), integer(0), text(1)));
      case "StorageAlign" ->
          none(
              () ->
                  schedule.storageAlign(block(0), integer(0), integer(1), integer(2), integer(3)));
      case "Annotate" -> none(this::annotate);
      case "Unannotate" -> none(() -> schedule.unannotate(stmt(0), text(0)));
      default ->
          throw new UnsupportedStepException(
              "there is no primitive '" + current.kind() + "'", "trace");
    };
  }

  private BlockRef blockize() {
    return input(0) instanceof TraceValue.Items(List<TraceValue> items)
        ? schedule.blockize(items.stream().map(this::block).toList(), flag(0))
        : schedule.blockize(loop(0), flag(0));
  }

  private static List<?> none(Runnable step) {
    step.run();
    return List.of();
  }

  private TraceValue input(int index) {
    if (index >= current.inputs().size()) {
      throw bad("input " + index + " is missing");
    }
    return current.inputs().get(index);
  }

  private TraceValue attribute(int index) {
    if (index >= current.attrs().size()) {
      throw bad("attribute " + index + " is missing");
    }
    return current.attrs().get(index);
  }

  private Object handle(TraceValue value) {
    if (value instanceof TraceValue.Ref(String name)) {
      Object handle = values.get(name);
      if (handle != null) {
        return handle;
      }
    }
    throw bad("a handle is expected, got " + value);
  }

  private StmtRef stmt(int index) {
    if (handle(input(index)) instanceof StmtRef ref) {
      return ref;
    }
    throw bad("input " + index + " must be a block or loop");
  }

  private BlockRef block(int index) {
    return block(input(index));
  }

  private BlockRef block(TraceValue value) {
    if (handle(value) instanceof BlockRef ref) {
      return ref;
    }
    throw bad("a block is expected, got " + value);
  }

  private LoopRef loop(int index) {
    return loop(input(index));
  }

  private LoopRef loop(TraceValue value) {
    if (handle(value) instanceof LoopRef ref) {
      return ref;
    }
    throw bad("a loop is expected, got " + value);
  }

  private List<LoopRef> loops() {
    return current.inputs().stream().map(this::loop).toList();
  }

  private List<BlockRef> consumers() {
    if (current.inputs().size() > 1
        && input(1) instanceof TraceValue.Items(List<TraceValue> items)) {
      return items.stream().map(this::block).toList();
    }
    return List.of();
  }

  private List<@Nullable Object> factors() {
    List<@Nullable Object> result = new ArrayList<>();
    for (TraceValue value : current.inputs().subList(1, current.inputs().size())) {
      result.add(
          switch (value) {
            case TraceValue.None() -> null;
            case TraceValue.Int(long number) -> number;
            case TraceValue.Ref ref -> handle(ref);
            case TraceValue.Real v -> throw bad("a factor is an integer");
            case TraceValue.Text v -> throw bad("a factor is an integer");
            case TraceValue.Items v -> throw bad("a factor is an integer");
            case TraceValue.Entries v -> throw bad("a factor is an integer");
            case TraceValue.Indices v -> throw bad("a factor is an integer");
          });
    }
    return result;
  }

  private static IndexMap noMap(TraceValue value) {
    throw new InputException("an index map is expected, got " + value, "trace", "");
  }

  private @Nullable IndexMap padValue() {
    return attribute(2) instanceof TraceValue.None() ? null : map(attribute(2));
  }

  private IndexMap map(TraceValue value) {
    return value instanceof TraceValue.Indices(IndexMap map) ? map : noMap(value);
  }

  private List<Integer> integers(int index) {
    // A list is an attribute of some instructions and an input of others.
    return integers(index < current.attrs().size() ? attribute(index) : input(index + 1));
  }

  private List<Integer> integers(TraceValue value) {
    if (value instanceof TraceValue.Items(List<TraceValue> items)) {
      List<Integer> result = new ArrayList<>();
      for (TraceValue item : items) {
        if (!(item instanceof TraceValue.Int(long number))) {
          throw bad("a list of integers is expected");
        }
        result.add(Math.toIntExact(number));
      }
      return result;
    }
    throw bad("a list of integers is expected");
  }

  private @Nullable List<Long> decidedFactors() {
    return decision == null ? null : longs(decision);
  }

  private @Nullable Long decidedNumber() {
    if (decision == null) {
      return null;
    }
    if (decision instanceof TraceValue.Int(long number)) {
      return number;
    }
    throw bad("the decision must be an integer, is " + decision);
  }

  private List<Long> longs(TraceValue value) {
    List<Long> result = new ArrayList<>();
    for (TraceValue item : items(value)) {
      if (!(item instanceof TraceValue.Int(long number))) {
        throw bad("a list of integers is expected, got " + value);
      }
      result.add(number);
    }
    return result;
  }

  private List<Double> reals(TraceValue value) {
    List<Double> result = new ArrayList<>();
    for (TraceValue item : items(value)) {
      switch (item) {
        case TraceValue.Real(double number) -> result.add(number);
        case TraceValue.Int(long number) -> result.add((double) number);
        default -> throw bad("a list of numbers is expected, got " + value);
      }
    }
    return result;
  }

  private List<TraceValue> items(TraceValue value) {
    if (value instanceof TraceValue.Items(List<TraceValue> items)) {
      return items;
    }
    throw bad("a list is expected, got " + value);
  }

  private int number(TraceValue value) {
    if (value instanceof TraceValue.Int(long number)) {
      return Math.toIntExact(number);
    }
    throw bad("an integer is expected, got " + value);
  }

  private String string(TraceValue value) {
    if (value instanceof TraceValue.Text(String text)) {
      return text;
    }
    throw bad("a string is expected, got " + value);
  }

  private boolean flag(int index) {
    return index < current.attrs().size() && integer(index) != 0;
  }

  private int integer(int index) {
    if (attribute(index) instanceof TraceValue.Int(long value)) {
      return Math.toIntExact(value);
    }
    throw bad("attribute " + index + " must be an integer");
  }

  private String text(int index) {
    if (attribute(index) instanceof TraceValue.Text(String value)) {
      return value;
    }
    throw bad("attribute " + index + " must be a string");
  }

  private void annotate() {
    if (!(input(1) instanceof TraceValue.Ref ref)) {
      schedule.annotate(stmt(0), text(0), attr(input(1)));
    } else if (handle(ref) instanceof ExprRef sampled) {
      schedule.annotate(stmt(0), text(0), sampled);
    } else {
      throw bad("an annotation's value can't be a block or loop");
    }
  }

  /** The tensor intrinsic that an attribute names. */
  TensorIntrin intrinsic(int index) {
    return options.intrinsic(text(index));
  }

  private AttrValue attr(TraceValue value) {
    return switch (value) {
      case TraceValue.Int(long number) -> Expr.int32(number);
      case TraceValue.Real(double number) -> Expr.float32(number);
      case TraceValue.Text(String text) -> new Expr.StringImm(text);
      case TraceValue.Items(List<TraceValue> items) ->
          new AttrValue.Items(items.stream().map(this::attr).toList());
      case TraceValue.Entries(Map<String, TraceValue> entries) -> {
        Map<String, AttrValue> map = new LinkedHashMap<>();
        entries.forEach((key, element) -> map.put(key, attr(element)));
        yield new AttrValue.Entries(map);
      }
      case TraceValue.Indices(IndexMap map) -> map;
      case TraceValue.Ref ref -> throw bad("within an annotation's value there can't be a handle");
      case TraceValue.None() -> throw bad("an annotation needs a value");
    };
  }

  private InputException bad(String what) {
    return new InputException(what, "trace instruction " + current.kind(), "");
  }
}
