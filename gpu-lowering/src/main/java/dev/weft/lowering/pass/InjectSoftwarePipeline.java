package dev.weft.lowering.pass;

import dev.weft.lowering.LoweringException;
import dev.weft.lowering.Pass;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IrWalker;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.target.Feature;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Overlaps the iterations of loops that ask for it: the statements of the body get stages, and
 * while a later stage works on one iteration, an earlier stage works on one of the next. Buffers
 * that carry values between stages get as many versions as iterations are under way.
 *
 * <pre>{@code
 * for k in T.serial(64, annotations={              S = T.alloc_buffer((2, 128), scope="shared")
 *         "software_pipeline_stage": [0, 1],       S[0, …] = A[0, …]
 *         "software_pipeline_order": [0, 1]}):  →  for k in range(63):
 *     S = T.alloc_buffer((128,), scope="shared")       S[(k + 1) % 2, …] = A[k + 1, …]
 *     S[…] = A[k, …]                                   C[…] += S[k % 2, …]
 *     C[…] += S[…]                                 C[…] += S[63 % 2, …]
 * }</pre>
 *
 * <p>Stages in {@code software_pipeline_async_stages} copy asynchronously on devices that can:
 * their copies are committed as a group an iteration and waited for in front of their readers. A
 * block annotated {@code double_buffer_scope} asks for two versions of the buffer that it fills; in
 * a loop without stages it is filled one iteration ahead.
 *
 * <p>The order of one iteration's statements that depend on each other must stay, and what is kept
 * outside of the loop must not be shared between stages; otherwise the pipeline is refused.
 */
public final class InjectSoftwarePipeline implements Pass {
  static final String STAGE = "software_pipeline_stage";
  static final String ORDER = "software_pipeline_order";
  static final String ASYNC = "software_pipeline_async_stages";
  static final String DOUBLE = "double_buffer_scope";

  @Override
  public String name() {
    return "inject_software_pipeline";
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    String name = function.globalSymbol("main");
    boolean asynchronous = target.capabilities().features().contains(Feature.ASYNC_COPY);
    IrRewriter rewriter =
        new IrRewriter() {
          @Override
          public Stmt stmt(Stmt node) {
            // Inner pipelines first: their parts may be statements of an outer one.
            Stmt mapped = super.stmt(node);
            return mapped instanceof Stmt.For f ? pipelined(f, name, asynchronous) : mapped;
          }
        };
    return function.withBody(withoutMarks(rewriter.stmt(function.body())));
  }

  private static Stmt withoutMarks(Stmt body) {
    return new IrRewriter() {
      @Override
      public Stmt stmt(Stmt node) {
        Stmt mapped = super.stmt(node);
        if (mapped instanceof Stmt.Block block && block.annotations().containsKey(DOUBLE)) {
          Map<String, AttrValue> rest = new LinkedHashMap<>(block.annotations());
          rest.remove(DOUBLE);
          return block.withAnnotations(rest);
        }
        return mapped;
      }
    }.stmt(body);
  }

  private static Stmt pipelined(Stmt.For loop, String function, boolean asynchronous) {
    boolean annotated = loop.annotations().containsKey(STAGE);
    PipelineBody body = PipelineBody.of(loop.body());
    Set<Buffer> doubled = new HashSet<>();
    List<Boolean> ahead = new ArrayList<>();
    for (Stmt child : body.children()) {
      Set<Buffer> fills = DoubleBuffered.in(child);
      fills.retainAll(body.allocs());
      doubled.addAll(fills);
      ahead.add(!fills.isEmpty());
    }
    if (!annotated && doubled.isEmpty()) {
      return loop;
    }
    if (loop.kind() != ForKind.SERIAL && loop.kind() != ForKind.UNROLLED) {
      throw refusal(loop, function, "is " + loop.kind() + ", not a serial loop");
    }
    List<Integer> stages;
    List<Integer> order;
    Set<Integer> async = new HashSet<>();
    if (annotated) {
      stages = numbers(loop, STAGE, function);
      if (body.children().size() != stages.size()) {
        body = body.flattened();
      }
      int statements = body.children().size();
      order =
          loop.annotations().containsKey(ORDER)
              ? numbers(loop, ORDER, function)
              : IntStream.range(0, statements).boxed().toList();
      if (stages.size() != statements || order.size() != statements) {
        throw refusal(
            loop,
            function,
            "has "
                + stages.size()
                + " stages and "
                + order.size()
                + " places in the order for "
                + statements
                + " statements");
      }
      if (new HashSet<>(order).size() != statements) {
        throw refusal(loop, function, "gives two statements one place in the order " + order);
      }
      if (asynchronous && loop.annotations().containsKey(ASYNC)) {
        async.addAll(numbers(loop, ASYNC, function));
      }
    } else {
      stages = ahead.stream().map(fills -> fills ? 0 : 1).toList();
      order = IntStream.range(0, stages.size()).boxed().toList();
    }
    Map<String, AttrValue> annotations = new LinkedHashMap<>(loop.annotations());
    List.of(STAGE, ORDER, ASYNC).forEach(annotations::remove);
    PipelineSchedule schedule = new PipelineSchedule(stages, order, async);
    String violation = PipelineVersions.violation(body, schedule);
    if (violation != null) {
      throw refusal(loop, function, violation);
    }
    return new SoftwarePipeline(loop.withAnnotations(annotations), body, schedule, doubled).emit();
  }

  private static List<Integer> numbers(Stmt.For loop, String key, String function) {
    List<Integer> result = new ArrayList<>();
    if (loop.annotations().get(key) instanceof AttrValue.Items(List<AttrValue> values)) {
      for (AttrValue value : values) {
        if (value instanceof Expr.IntImm imm && imm.value() >= 0) {
          result.add((int) imm.value());
        }
      }
      if (result.size() == values.size()) {
        return result;
      }
    }
    throw refusal(loop, function, "has a " + key + " that is no list of numbers from 0");
  }

  private static LoweringException refusal(Stmt.For loop, String function, String violation) {
    return new LoweringException(
        "the pipelined loop '" + loop.var().name() + "' " + violation,
        function,
        "give each statement of the loop's body a stage and a place in the order such that what"
            + " one statement writes for another comes first");
  }

  /** The buffers that blocks annotated {@code double_buffer_scope} fill. */
  private static final class DoubleBuffered extends IrWalker {
    private final Set<Buffer> found = new HashSet<>();
    private @Nullable Integer wanted;

    static Set<Buffer> in(Stmt stmt) {
      DoubleBuffered walker = new DoubleBuffered();
      walker.stmt(stmt);
      return walker.found;
    }

    @Override
    public void stmt(Stmt node) {
      if (node instanceof Stmt.Block block
          && block.annotations().get(DOUBLE) instanceof Expr.IntImm imm) {
        Integer before = wanted;
        wanted = (int) imm.value();
        super.stmt(block);
        wanted = before;
        return;
      }
      if (wanted != null && node instanceof Stmt.Store store) {
        found.add(store.buffer());
      }
      super.stmt(node);
    }
  }
}
