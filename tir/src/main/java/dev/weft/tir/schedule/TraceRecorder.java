package dev.weft.tir.schedule;

import dev.weft.tir.AttrValue;
import dev.weft.tir.Expr;
import dev.weft.tir.IndexMap;
import dev.weft.tir.schedule.trace.Instruction;
import dev.weft.tir.schedule.trace.Trace;
import dev.weft.tir.schedule.trace.TraceValue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes down what a schedule does, giving each handle its name. */
final class TraceRecorder {
  private final List<Instruction> instructions = new ArrayList<>();
  private final Map<Integer, TraceValue> decisions = new TreeMap<>();

  /** Names of handles; one found again has a name of its own, and the other keeps its name. */
  private final Map<Object, String> names = new IdentityHashMap<>();

  /** Names of statements, for handles that come from elsewhere. */
  private final Map<Object, String> latest = new HashMap<>();

  private final Map<String, Object> handles = new HashMap<>();
  private final Consumer<Instruction> afterEach;
  private int next;

  /**
   * @param afterEach called with each step that is added; if it throws, the step is taken back
   */
  TraceRecorder(Consumer<Instruction> afterEach) {
    this.afterEach = afterEach;
  }

  TraceRecorder(TraceRecorder other, Consumer<Instruction> afterEach) {
    this(afterEach);
    instructions.addAll(other.instructions);
    decisions.putAll(other.decisions);
    names.putAll(other.names);
    latest.putAll(other.latest);
    handles.putAll(other.handles);
    next = other.next;
  }

  Trace trace() {
    return new Trace(instructions, decisions);
  }

  /** The handles by the names that they have in the trace. */
  Map<String, Object> handles() {
    return Collections.unmodifiableMap(handles);
  }

  /** The names of what the last step made. */
  List<String> lastOutputs() {
    return instructions.getLast().outputs();
  }

  /** Adds a step. Handles among inputs become names; handles among outputs get new ones. */
  void add(String kind, List<?> inputs, List<?> attrs, List<?> outputs) {
    List<TraceValue> in = inputs.stream().map(this::value).toList();
    List<TraceValue> fixed = attrs.stream().map(this::value).toList();
    List<String> out = new ArrayList<>();
    int first = next;
    for (Object output : outputs) {
      String letter =
          switch (output) {
            case BlockRef b -> "b";
            case LoopRef l -> "l";
            case ExprRef v -> "v";
            default -> throw new IllegalStateException("no handle: " + output);
          };
      String name = letter + next++;
      names.put(output, name);
      latest.put(output, name);
      handles.put(name, output);
      out.add(name);
    }
    Instruction step = new Instruction(kind, in, fixed, out);
    instructions.add(step);
    try {
      afterEach.accept(step);
    } catch (RuntimeException e) {
      instructions.removeLast();
      next = first;
      throw e;
    }
  }

  /** Adds what a sampling step, the one added last, chose. */
  void decide(Object decision) {
    decisions.put(instructions.size() - 1, value(decision));
  }

  private TraceValue value(@Nullable Object value) {
    return switch (value) {
      case null -> new TraceValue.None();
      case BlockRef ref -> name(ref);
      case LoopRef ref -> name(ref);
      case ExprRef ref -> name(ref);
      case Boolean b -> new TraceValue.Int(b ? 1 : 0);
      case Integer i -> new TraceValue.Int(i);
      case Long i -> new TraceValue.Int(i);
      case Double d -> new TraceValue.Real(d);
      case String s -> new TraceValue.Text(s);
      case List<?> items -> new TraceValue.Items(items.stream().map(this::value).toList());
      case AttrValue attr -> attr(attr);
      default -> throw new IllegalStateException("no trace value: " + value.getClass());
    };
  }

  private TraceValue name(Object ref) {
    String name = names.getOrDefault(ref, latest.get(ref));
    if (name == null) {
      throw new ScheduleException(
          "handle", ref + " was made by another schedule", "", null, List.of());
    }
    return new TraceValue.Ref(name);
  }

  private TraceValue attr(AttrValue attr) {
    return switch (attr) {
      case Expr.IntImm imm -> new TraceValue.Int(imm.value());
      case Expr.FloatImm imm -> new TraceValue.Real(imm.value());
      case Expr.StringImm imm -> new TraceValue.Text(imm.value());
      case AttrValue.Items items ->
          new TraceValue.Items(items.values().stream().map(this::attr).toList());
      case AttrValue.Entries entries -> {
        Map<String, TraceValue> map = new LinkedHashMap<>();
        entries.values().forEach((key, value) -> map.put(key, attr(value)));
        yield new TraceValue.Entries(map);
      }
      case IndexMap map -> new TraceValue.Indices(map);
      default ->
          throw new IllegalArgumentException(
              "a trace can't hold the value " + attr + "; use numbers, strings, lists and maps");
    };
  }
}
