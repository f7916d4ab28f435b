package dev.weft.tir.schedule.fuzz;

import dev.weft.base.DType;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.IndexMap;
import dev.weft.tir.IterVar;
import dev.weft.tir.Var;
import dev.weft.tir.schedule.ReplayOptions;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.schedule.Site;
import dev.weft.tir.schedule.StmtRef;
import dev.weft.tir.schedule.Vars;
import dev.weft.tir.schedule.trace.TraceValue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes random steps for a schedule, in the form that they have in a trace. Arguments are drawn
 * such that the primitive has a fair chance to be accepted.
 */
final class RandomStep {
  /** How often each primitive is drawn. */
  private static final Map<String, Integer> WEIGHTS = weights();

  private final Schedule schedule;
  private final Random random;
  private final String function;
  private final Map<StmtRef, String> names = new HashMap<>();
  private final List<Site.Block> blocks = new ArrayList<>();
  private final List<Site.Loop> loops = new ArrayList<>();
  private @Nullable Sampled sampled;

  /** A step that can be tried. */
  record Step(String kind, List<TraceValue> inputs, List<TraceValue> attrs) {}

  private record Sampled(String loop, List<String> factors) {}

  RandomStep(Schedule schedule, String function, Random random) {
    this.schedule = schedule;
    this.function = function;
    this.random = random;
  }

  private static Map<String, Integer> weights() {
    Map<String, Integer> weights = new LinkedHashMap<>();
    weights.put("Split", 14);
    weights.put("Fuse", 6);
    weights.put("Reorder", 9);
    weights.put("AddUnitLoop", 2);
    weights.put("LoopPartition", 4);
    weights.put("Merge", 6);
    weights.put("Parallel", 4);
    weights.put("Vectorize", 4);
    weights.put("Unroll", 2);
    weights.put("Bind", 4);
    weights.put("CacheRead", 7);
    weights.put("CacheWrite", 7);
    weights.put("ReindexCacheRead", 4);
    weights.put("ReindexCacheWrite", 4);
    weights.put("CacheInplace", 4);
    weights.put("CacheIndex", 3);
    weights.put("ReIndex", 5);
    weights.put("ReadAt", 3);
    weights.put("WriteAt", 3);
    weights.put("ComputeAt", 16);
    weights.put("ReverseComputeAt", 16);
    weights.put("ComputeInline", 6);
    weights.put("ReverseComputeInline", 6);
    weights.put("FuseReductionEpilogue", 5);
    weights.put("DecomposeReduction", 6);
    weights.put("RFactor", 8);
    weights.put("StorageAlign", 3);
    weights.put("SetScope", 3);
    weights.put("UnsafeSetDType", 1);
    weights.put("Blockize", 6);
    weights.put("ReorderBlockIterVar", 3);
    weights.put("TransformLayout", 8);
    weights.put("TransformBlockLayout", 5);
    weights.put("SetAxisSeparator", 2);
    weights.put("DecomposePadding", 6);
    weights.put("PadEinsum", 5);
    weights.put("RollingBuffer", 5);
    weights.put("Annotate", 2);
    weights.put("Unannotate", 2);
    weights.put("SamplePerfectTile", 3);
    weights.put("SampleComputeLocation", 2);
    return weights;
  }

  /** A step; null where the function has nothing that the drawn primitive could be tried on. */
  @Nullable Step next() {
    look();
    int total = WEIGHTS.values().stream().mapToInt(Integer::intValue).sum();
    int drawn = random.nextInt(total);
    for (Map.Entry<String, Integer> entry : WEIGHTS.entrySet()) {
      drawn -= entry.getValue();
      if (drawn < 0) {
        return blocks.isEmpty() ? null : step(entry.getKey());
      }
    }
    throw new IllegalStateException("drawn " + drawn);
  }

  private void look() {
    blocks.clear();
    loops.clear();
    Site.Block root = schedule.state().roots().get(function);
    if (root != null) {
      look(root);
    }
  }

  private void look(Site site) {
    for (Site child : site.children()) {
      switch (child) {
        case Site.Block block -> blocks.add(block);
        case Site.Loop loop -> loops.add(loop);
      }
      look(child);
    }
  }

  // Names of handles.

  private String name(Site site) {
    String known = names.get(site.ref());
    if (known == null) {
      known =
          switch (site) {
            case Site.Block block -> blockName(block);
            case Site.Loop loop -> loopName(loop);
          };
      names.put(site.ref(), known);
    }
    return known;
  }

  private String blockName(Site.Block block) {
    Site.Block scope = block.scope();
    long alike = blocks.stream().filter(b -> b.name().equals(block.name())).count();
    boolean unique = alike == 1 && !block.name().equals("root");
    if (unique || scope == null) {
      List<TraceValue> attrs =
          List.of(new TraceValue.Text(block.name()), new TraceValue.Text(function));
      return schedule.step("GetBlock", List.of(), attrs, ReplayOptions.DEFAULT).getFirst();
    }
    List<String> children =
        schedule.step("GetChildBlocks", List.of(ref(scope)), List.of(), ReplayOptions.DEFAULT);
    return children.get(scope.childBlocks().indexOf(block));
  }

  private String loopName(Site.Loop loop) {
    Site.Block below = loop.childBlocks().getFirst();
    List<String> around =
        schedule.step("GetLoops", List.of(ref(below)), List.of(), ReplayOptions.DEFAULT);
    return around.get(below.loopsAround().indexOf(loop));
  }

  private TraceValue ref(Site site) {
    return new TraceValue.Ref(name(site));
  }

  // Choices.

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private boolean coin(int chances, int of) {
    return random.nextInt(of) < chances;
  }

  private static TraceValue number(long value) {
    return new TraceValue.Int(value);
  }

  private static TraceValue text(String text) {
    return new TraceValue.Text(text);
  }

  private Site.Block block() {
    return pick(blocks);
  }

  private Site.Block preferring(Predicate<Site.Block> wanted) {
    List<Site.Block> fitting = blocks.stream().filter(wanted).toList();
    return fitting.isEmpty() || coin(1, 10) ? block() : pick(fitting);
  }

  private Site.@Nullable Loop loop() {
    List<Site.Loop> holding = loops.stream().filter(l -> !l.childBlocks().isEmpty()).toList();
    return holding.isEmpty() ? null : pick(holding);
  }

  private Site.@Nullable Loop loopAround(Site.Block block) {
    List<Site.Loop> around = block.loopsAround();
    return around.isEmpty() ? null : pick(around);
  }

  private static boolean isReduction(Site.Block block) {
    return block.block().init() != null;
  }

  private int index(List<BufferRegion> regions) {
    return coin(1, 20) ? regions.size() : random.nextInt(Math.max(1, regions.size()));
  }

  private TraceValue scope() {
    return text(pick(List.of("global", "shared", "local", "shared.dyn", "global.cache")));
  }

  private TraceValue consumers(Site.Block block, Buffer buffer) {
    List<TraceValue> chosen = new ArrayList<>();
    if (coin(1, 3)) {
      for (Site.Block other : blocks) {
        boolean reads = other.block().reads().stream().anyMatch(r -> r.buffer() == buffer);
        if (other.scope() == block.scope() && reads && coin(1, 2)) {
          chosen.add(ref(other));
        }
      }
    }
    return new TraceValue.Items(chosen);
  }

  // Steps.

  private @Nullable Step step(String kind) {
    return switch (kind) {
      case "Split" -> split();
      case "Fuse" -> fuse();
      case "Reorder" -> reorder();
      case "AddUnitLoop" -> {
        Site.Loop loop = loop();
        yield of(kind, List.of(coin(1, 2) || loop == null ? ref(block()) : ref(loop)));
      }
      case "Parallel", "Vectorize", "Unroll" -> ofLoop(kind, loop());
      case "Bind" -> {
        List<String> tags =
            List.of("threadIdx.x", "threadIdx.y", "blockIdx.x", "blockIdx.y", "vthread.x");
        yield ofLoop(kind, loop(), text(pick(tags)));
      }
      case "LoopPartition" -> partition();
      case "Merge" -> merge();
      case "CacheRead", "CacheWrite" -> cache(kind, block());
      case "ReindexCacheRead", "ReindexCacheWrite" -> reindexCache(kind, block());
      case "CacheInplace" -> {
        Site.Block block = preferring(RandomStep::isInPlace);
        yield of(kind, List.of(ref(block)), number(index(block.block().reads())), scope());
      }
      case "CacheIndex" ->
          of(kind, List.of(ref(block())), text("global"), number(coin(1, 2) ? 1 : 0));
      case "ReIndex" -> {
        Site.Block block = block();
        boolean write = coin(1, 2);
        List<BufferRegion> regions = write ? block.block().writes() : block.block().reads();
        yield of(kind, List.of(ref(block)), number(index(regions)), number(write ? 1 : 0));
      }
      case "ReadAt", "WriteAt" -> {
        Site.Block block = block();
        Site.Loop loop = loopAround(block);
        List<BufferRegion> regions =
            kind.equals("WriteAt") ? block.block().writes() : block.block().reads();
        yield loop == null
            ? null
            : of(kind, List.of(ref(loop), ref(block)), number(index(regions)), scope());
      }
      case "ComputeAt", "ReverseComputeAt" -> computeAt(kind);
      case "ComputeInline", "ReverseComputeInline" -> of(kind, List.of(ref(block())));
      case "FuseReductionEpilogue" -> {
        Site.Block reduction = preferring(RandomStep::isReduction);
        if (reduction.block().writes().isEmpty()) {
          yield null;
        }
        Buffer result = reduction.block().writes().getFirst().buffer();
        List<Site.Block> readers =
            blocks.stream()
                .filter(b -> b.block().reads().stream().anyMatch(r -> r.buffer() == result))
                .toList();
        yield readers.isEmpty() ? null : of(kind, List.of(ref(reduction), ref(pick(readers))));
      }
      case "DecomposeReduction" -> {
        Site.Block block = preferring(RandomStep::isReduction);
        Site.Loop loop = loopAround(block);
        yield loop == null ? null : of(kind, List.of(ref(block), ref(loop)));
      }
      case "RFactor" -> {
        Site.Block block = preferring(RandomStep::isReduction);
        List<Site.Loop> reducing =
            block.loopsAround().stream().filter(l -> isReducing(block, l)).toList();
        Site.Loop loop = reducing.isEmpty() ? loopAround(block) : pick(reducing);
        yield ofLoop(kind, loop, number(random.nextInt(4) - 1));
      }
      case "StorageAlign" -> {
        List<TraceValue> attrs =
            List.of(
                number(0),
                number(random.nextInt(3)),
                number(1 << random.nextInt(5)),
                number(random.nextInt(3)));
        yield new Step(kind, List.of(ref(block())), attrs);
      }
      case "SetScope" -> of(kind, List.of(ref(block())), number(0), scope());
      case "UnsafeSetDType" ->
          of(kind, List.of(ref(block())), number(0), text(pick(List.of("float32", "int64"))));
      case "Blockize" -> {
        Site.Loop loop = loop();
        Site.Block block = block();
        List<TraceValue> inputs =
            loop != null && coin(4, 5)
                ? List.of(ref(loop))
                : List.of(new TraceValue.Items(siblings(block)));
        yield of(kind, inputs, number(coin(4, 5) ? 1 : 0));
      }
      case "ReorderBlockIterVar" -> {
        Site.Block block = block();
        List<TraceValue> order = new ArrayList<>();
        for (int i = 0; i < block.block().iterVars().size(); i++) {
          order.add(number(i));
        }
        Collections.shuffle(order, random);
        yield order.isEmpty() ? null : of(kind, List.of(ref(block), new TraceValue.Items(order)));
      }
      case "TransformLayout" -> transformLayout();
      case "TransformBlockLayout" -> {
        Site.Block block = block();
        List<IterVar> axes = block.block().iterVars();
        List<Expr> extents = axes.stream().map(axis -> axis.dom().extent()).toList();
        yield axes.isEmpty()
            ? null
            : of(kind, List.of(ref(block)), new TraceValue.Indices(map(extents)));
      }
      case "SetAxisSeparator" -> {
        List<TraceValue> attrs =
            List.of(number(0), number(random.nextInt(2)), new TraceValue.Items(List.of(number(1))));
        yield new Step(kind, List.of(ref(block())), attrs);
      }
      case "DecomposePadding" -> {
        Site.Block block = preferring(b -> b.block().body().toString().contains("if_then_else"));
        Site.Loop loop = loopAround(block);
        yield loop == null ? null : of(kind, List.of(ref(block), ref(loop)));
      }
      case "PadEinsum" -> {
        Site.Block block = preferring(RandomStep::isReduction);
        List<TraceValue> padding = new ArrayList<>();
        for (int i = 0; i < block.block().iterVars().size(); i++) {
          padding.add(number(1 + random.nextInt(4)));
        }
        yield of(kind, List.of(ref(block), new TraceValue.Items(padding)));
      }
      case "RollingBuffer" -> of(kind, List.of(ref(block())), number(0));
      case "Annotate" -> {
        Site.Loop loop = loop();
        TraceValue value =
            pick(
                List.of(
                    number(16), text("yes"), new TraceValue.Items(List.of(number(0), number(1)))));
        yield of(
            kind,
            List.of(loop == null || coin(1, 2) ? ref(block()) : ref(loop), value),
            text(pick(List.of("a.key", "another.key"))));
      }
      case "Unannotate" -> unannotate();
      case "SamplePerfectTile" -> sample();
      case "SampleComputeLocation" -> of(kind, List.of(ref(block())));
      default -> throw new IllegalStateException("no such primitive: " + kind);
    };
  }

  private static Step of(String kind, List<TraceValue> inputs, TraceValue... attrs) {
    return new Step(kind, inputs, List.of(attrs));
  }

  private @Nullable Step ofLoop(String kind, Site.@Nullable Loop loop, TraceValue... attrs) {
    return loop == null ? null : of(kind, List.of(ref(loop)), attrs);
  }

  private static boolean isInPlace(Site.Block block) {
    return block.block().reads().stream()
        .anyMatch(r -> block.block().writes().stream().anyMatch(w -> w.buffer() == r.buffer()));
  }

  private static boolean isReducing(Site.Block block, Site.Loop loop) {
    List<IterVar> axes = block.block().iterVars();
    for (int i = 0; i < axes.size(); i++) {
      if (axes.get(i).kind() == IterVar.Kind.REDUCE
          && Vars.uses(block.stmt().iterValues().get(i), loop.stmt().var())) {
        return true;
      }
    }
    return false;
  }

  private @Nullable Step unannotate() {
    List<Step> steps = new ArrayList<>();
    for (String key : List.of("a.key", "another.key")) {
      for (Site.Block block : blocks) {
        if (block.block().annotations().containsKey(key)) {
          steps.add(of("Unannotate", List.of(ref(block)), text(key)));
        }
      }
      for (Site.Loop loop : loops) {
        if (loop.stmt().annotations().containsKey(key) && !loop.childBlocks().isEmpty()) {
          steps.add(of("Unannotate", List.of(ref(loop)), text(key)));
        }
      }
    }
    return steps.isEmpty() ? null : pick(steps);
  }

  private @Nullable Step split() {
    Sampled tile = sampled;
    sampled = null;
    if (tile != null) {
      List<TraceValue> inputs = new ArrayList<>(List.of(new TraceValue.Ref(tile.loop)));
      tile.factors.forEach(factor -> inputs.add(new TraceValue.Ref(factor)));
      return of("Split", inputs, number(1), number(0));
    }
    Site.Loop loop = loop();
    if (loop == null) {
      return null;
    }
    long extent = loop.stmt().extent() instanceof Expr.IntImm(var _, long value) ? value : 7;
    List<TraceValue> factors = new ArrayList<>();
    int parts = 2 + random.nextInt(2);
    for (int i = 0; i < parts; i++) {
      factors.add(number(factor(extent)));
    }
    if (coin(9, 10)) {
      factors.set(random.nextInt(parts), new TraceValue.None());
    }
    factors.addFirst(ref(loop));
    return of("Split", factors, number(coin(7, 8) ? 1 : 0), number(0));
  }

  /** One that divides a length, more often than not. */
  private long factor(long extent) {
    List<Long> divisors = new ArrayList<>();
    for (long d = 1; d <= Math.min(extent, 8); d++) {
      if (extent % d == 0) {
        divisors.add(d);
      }
    }
    return coin(3, 5) && !divisors.isEmpty() ? pick(divisors) : 1 + random.nextInt(5);
  }

  private @Nullable Step fuse() {
    List<Site.Loop> around = block().loopsAround();
    if (around.isEmpty()) {
      return null;
    }
    int from = random.nextInt(around.size());
    int to = Math.min(around.size(), from + 1 + random.nextInt(3));
    List<TraceValue> inputs = new ArrayList<>();
    around.subList(from, to).forEach(loop -> inputs.add(ref(loop)));
    return of("Fuse", inputs, number(coin(7, 8) ? 1 : 0));
  }

  private @Nullable Step reorder() {
    List<Site.Loop> around = new ArrayList<>(block().loopsAround());
    if (around.size() < 2) {
      return null;
    }
    Collections.shuffle(around, random);
    List<TraceValue> inputs = new ArrayList<>();
    around
        .subList(0, Math.min(around.size(), 2 + random.nextInt(2)))
        .forEach(loop -> inputs.add(ref(loop)));
    return of("Reorder", inputs);
  }

  private @Nullable Step partition() {
    Site.Loop loop = loop();
    if (loop == null) {
      return null;
    }
    List<TraceValue> inputs = new ArrayList<>(List.of(ref(loop)));
    int parts = 1 + random.nextInt(2);
    for (int i = 0; i < parts; i++) {
      inputs.add(number(1 + random.nextInt(4)));
    }
    inputs.add(new TraceValue.None());
    return of("LoopPartition", inputs, number(coin(7, 8) ? 1 : 0));
  }

  private @Nullable Step merge() {
    Site.Loop first = loop();
    if (first == null) {
      return null;
    }
    List<Site.Loop> alike =
        loops.stream()
            .filter(l -> l != first && !l.childBlocks().isEmpty())
            .filter(l -> l.scope() == first.scope() && !l.contains(first) && !first.contains(l))
            .filter(l -> l.stmt().extent().equals(first.stmt().extent()))
            .toList();
    return alike.isEmpty() ? null : of("Merge", List.of(ref(first), ref(pick(alike))));
  }

  private Step cache(String kind, Site.Block block) {
    List<BufferRegion> regions =
        kind.equals("CacheWrite") ? block.block().writes() : block.block().reads();
    int index = index(regions);
    TraceValue consumers =
        index < regions.size()
            ? consumers(block, regions.get(index).buffer())
            : new TraceValue.Items(List.of());
    return of(kind, List.of(ref(block), consumers), number(index), scope());
  }

  private @Nullable Step reindexCache(String kind, Site.Block block) {
    List<BufferRegion> regions =
        kind.equals("ReindexCacheWrite") ? block.block().writes() : block.block().reads();
    List<Var> inputs = new ArrayList<>();
    List<Expr> outputs = new ArrayList<>();
    for (IterVar axis : block.block().iterVars()) {
      Var input = Var.of("i" + inputs.size(), axis.var().dtype());
      inputs.add(input);
      if (axis.kind() == IterVar.Kind.SPATIAL || coin(1, 2)) {
        outputs.add(input);
      }
    }
    if (outputs.isEmpty()) {
      return null;
    }
    Collections.shuffle(outputs, random);
    if (coin(1, 4)) {
      outputs.set(0, Expr.floorMod(outputs.get(0), Expr.imm(outputs.get(0).dtype(), 4)));
    }
    TraceValue map = new TraceValue.Indices(new IndexMap(inputs, outputs));
    return of(kind, List.of(ref(block), map), number(index(regions)), scope());
  }

  private @Nullable Step computeAt(String kind) {
    boolean forward = kind.equals("ComputeAt");
    Site.Block block = block();
    List<Site.Block> related = new ArrayList<>();
    for (Site.Block other : blocks) {
      List<BufferRegion> theirs = forward ? other.block().reads() : other.block().writes();
      List<BufferRegion> own = forward ? block.block().writes() : block.block().reads();
      boolean shares =
          theirs.stream().anyMatch(t -> own.stream().anyMatch(o -> o.buffer() == t.buffer()));
      if (other != block && shares) {
        related.add(other);
      }
    }
    Site.Block target = related.isEmpty() || coin(1, 8) ? block() : pick(related);
    Site.Loop loop = loopAround(target);
    long index = coin(3, 4) ? -1 : coin(1, 2) ? -2 : random.nextInt(3);
    return loop == null
        ? null
        : of(kind, List.of(ref(block), ref(loop)), number(coin(1, 2) ? 1 : 0), number(index));
  }

  private List<TraceValue> siblings(Site.Block block) {
    List<TraceValue> result = new ArrayList<>();
    Site parent = block.parent();
    if (parent != null) {
      for (Site child : parent.children()) {
        if (child instanceof Site.Block sibling) {
          result.add(ref(sibling));
        }
      }
    }
    return result;
  }

  private @Nullable Step transformLayout() {
    Site.Block block = block();
    boolean write = coin(1, 2);
    List<BufferRegion> regions = write ? block.block().writes() : block.block().reads();
    if (regions.isEmpty()) {
      return null;
    }
    int index = random.nextInt(regions.size());
    List<Expr> shape = regions.get(index).buffer().shape();
    TraceValue pad = new TraceValue.None();
    IndexMap map = map(shape);
    if (coin(1, 6)) {
      List<Var> inputs = new ArrayList<>();
      map.outputs().forEach(output -> inputs.add(Var.of("p" + inputs.size(), output.dtype())));
      DType dtype = regions.get(index).buffer().dtype();
      pad = new TraceValue.Indices(new IndexMap(inputs, List.of(Expr.imm(dtype, 0))));
    }
    List<TraceValue> attrs = List.of(number(index), number(write ? 1 : 0), pad, number(0));
    return new Step("TransformLayout", List.of(ref(block), new TraceValue.Indices(map)), attrs);
  }

  /** A one-to-one map on indices of a shape, mostly. */
  private IndexMap map(List<Expr> extents) {
    List<Var> inputs = new ArrayList<>();
    List<Expr> outputs = new ArrayList<>();
    for (Expr extent : extents) {
      Var input = Var.of("i" + inputs.size(), extent.dtype());
      inputs.add(input);
      outputs.add(input);
    }
    if (coin(1, 2)) {
      Collections.shuffle(outputs, random);
    }
    if (!outputs.isEmpty() && coin(1, 2)) {
      int at = random.nextInt(outputs.size());
      Expr e = outputs.get(at);
      int position = inputs.indexOf(e);
      long extent = extents.get(position) instanceof Expr.IntImm(var _, long n) ? n : 4;
      Expr factor = Expr.imm(e.dtype(), coin(9, 10) ? divisor(extent) : 3);
      outputs.set(at, Expr.floorDiv(e, factor));
      outputs.add(random.nextInt(outputs.size() - at) + at + 1, Expr.floorMod(e, factor));
    } else if (outputs.size() > 1
        && extents.get(inputs.indexOf(outputs.getLast())) instanceof Expr.IntImm
        && coin(1, 2)) {
      // A symbolic size has no name of its own in a trace's text.
      Expr inner = outputs.removeLast();
      Expr extent = extents.get(inputs.indexOf(inner));
      Expr outer = outputs.removeLast();
      outputs.add(Expr.add(Expr.mul(outer, extent), inner));
    }
    return new IndexMap(inputs, outputs);
  }

  private long divisor(long extent) {
    for (long d = 2; d <= 5; d++) {
      if (extent % d == 0 && coin(2, 3)) {
        return d;
      }
    }
    return 1;
  }

  private @Nullable Step sample() {
    List<Site.Loop> plain =
        loops.stream()
            .filter(l -> !l.childBlocks().isEmpty() && l.stmt().kind() == ForKind.SERIAL)
            .toList();
    if (plain.isEmpty()) {
      return null;
    }
    Site.Loop loop = pick(plain);
    List<String> factors =
        schedule.step(
            "SamplePerfectTile",
            List.of(ref(loop)),
            List.of(number(2), number(16)),
            ReplayOptions.DEFAULT);
    sampled = new Sampled(name(loop), factors);
    return split();
  }
}
