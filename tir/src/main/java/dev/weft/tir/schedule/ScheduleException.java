package dev.weft.tir.schedule;

import dev.weft.base.WeftException;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.script.PrintOptions;
import dev.weft.tir.script.TvmScript;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A schedule primitive was refused: it would change what the function computes, or can't be done.
 */
public class ScheduleException extends WeftException {
  private static final long serialVersionUID = 1L;

  private final String primitive;
  private final String reason;
  private final Refusal kind;
  private final transient @Nullable PrimFunc function;
  private final transient List<Stmt> offenders;

  /**
   * @param primitive the primitive, named as the method of {@link Schedule}
   * @param reason why, a clause without a final full stop
   * @param where the block or loop, and the function
   * @param function the function as it was; null where none is concerned
   * @param offenders the statements in {@code function} that the reason is about
   */
  public ScheduleException(
      String primitive,
      String reason,
      String where,
      @Nullable PrimFunc function,
      List<? extends Stmt> offenders) {
    this(primitive, reason, Refusal.CONDITION, where, function, offenders);
  }

  /**
   * @param primitive the primitive, named as the method of {@link Schedule}
   * @param reason why, a clause without a final full stop
   * @param kind what kind of reason that is
   * @param where the block or loop, and the function
   * @param function the function as it was; null where none is concerned
   * @param offenders the statements in {@code function} that the reason is about
   */
  public ScheduleException(
      String primitive,
      String reason,
      Refusal kind,
      String where,
      @Nullable PrimFunc function,
      List<? extends Stmt> offenders) {
    super(primitive + ": " + reason, where, "");
    this.primitive = primitive;
    this.reason = reason;
    this.kind = kind;
    this.function = function;
    this.offenders = List.copyOf(offenders);
  }

  /** The primitive that refused. */
  public String primitive() {
    return primitive;
  }

  /** Why. */
  public String reason() {
    return reason;
  }

  /** What kind of reason it is. */
  public Refusal kind() {
    return kind;
  }

  /** The function before the refused step; null where none is concerned. */
  public @Nullable PrimFunc function() {
    return function;
  }

  /** The statements of {@link #function} that the reason is about. */
  public List<Stmt> offenders() {
    return offenders;
  }

  /**
   * The function with the statements that the reason is about underlined, and the reason as a
   * sentence; just the sentence where no function is concerned.
   */
  public String render() {
    String sentence = primitive + " was refused: " + reason + ".\n";
    if (function == null) {
      return sentence;
    }
    Map<Stmt, Stmt> plain = new IdentityHashMap<>();
    offenders.forEach(offender -> plain.put(offender, offender));
    PrimFunc shown = function.withBody(Tags.unmark(function.body(), plain));
    Object[] underlined = offenders.stream().map(plain::get).toArray();
    String text = TvmScript.print(shown, PrintOptions.DEFAULT.underlining(underlined));
    return text.stripTrailing() + "\n\n" + sentence;
  }
}
