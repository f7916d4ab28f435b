package dev.weft.graph;

import dev.weft.base.IntExpr;
import dev.weft.graph.GraphExpr.BindSizes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Works out sizes of integers that tensors hold, at compile time as far as they are known then, and
 * while the model runs where they are not; collects a {@link BindSizes}. The code that uses it is
 * the same for both.
 *
 * <pre>{@code
 * IntExpr k = builder.bindSizes("TopK 'best'", knownNumbers, sizes -> {
 *   IntExpr wanted = sizes.number(tensor, 0);
 *   sizes.check(SizeLogic.atMost(wanted, dim), "k is larger than the dimension");
 *   return sizes.size("k", wanted);
 * });
 * }</pre>
 */
public final class SizeBinder {
  private final String where;
  private final Function<GraphExpr, @Nullable List<IntExpr>> known;
  private final UnaryOperator<String> fresh;
  private final List<BindSizes.Read> reads = new ArrayList<>();
  private final Set<String> numbers = new HashSet<>();
  private final IdentityHashMap<GraphExpr, Map<Long, IntExpr>> readBefore = new IdentityHashMap<>();
  private final List<BindSizes.Size> sizes = new ArrayList<>();
  private final List<BindSizes.Check> checks = new ArrayList<>();

  SizeBinder(
      String where,
      Function<GraphExpr, @Nullable List<IntExpr>> known,
      UnaryOperator<String> fresh) {
    this.where = where;
    this.known = known;
    this.fresh = fresh;
  }

  /**
   * An element of a tensor as a number, which may be negative. It is for {@link #size} and {@link
   * #check} only: no type and no operator may hold it.
   *
   * @param tensor integers or bool
   * @param index the element's position in row-major order
   */
  public IntExpr number(GraphExpr tensor, long index) {
    List<IntExpr> elements = known.apply(tensor);
    if (elements != null && index < elements.size()) {
      return elements.get((int) index);
    }
    return readBefore
        .computeIfAbsent(tensor, key -> new HashMap<>())
        .computeIfAbsent(
            index,
            key -> {
              String name = fresh.apply("number");
              numbers.add(name);
              reads.add(new BindSizes.Read(name, tensor, IntExpr.of(index)));
              return IntExpr.symbol(name);
            });
  }

  /**
   * All elements of a tensor as numbers.
   *
   * @throws UnknownRankException if it is no tensor of integers or bool whose number of elements is
   *     known
   */
  public List<IntExpr> numbers(GraphExpr tensor) {
    boolean integers =
        tensor.type() instanceof TensorType type && (type.dtype().isInt() || type.dtype().isBool());
    Long count =
        tensor.type() instanceof TensorType type
            ? SizeAlgebra.constant(type.shape().elements())
            : null;
    if (!integers || count == null) {
      throw new UnknownRankException(tensor.type(), where);
    }
    List<IntExpr> all = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      all.add(number(tensor, i));
    }
    return all;
  }

  /**
   * A size: what is known at compile time as it is, anything else as a new symbol. That it is not
   * negative is checked.
   *
   * @param wish what to call the symbol
   * @param value an expression over numbers, sizes and symbols
   */
  public IntExpr size(String wish, IntExpr value) {
    if (isKnown(value)) {
      IntExpr size = SizeAlgebra.simplify(value);
      if (size instanceof IntExpr.Const(long number) && number < 0) {
        throw new TypeException("a size of " + number, where);
      }
      return size;
    }
    return symbol(wish, value);
  }

  /**
   * A size as a new symbol, though it may be known as an expression over others: for types, which
   * are compared.
   */
  public IntExpr symbol(String wish, IntExpr value) {
    String symbol = fresh.apply(wish);
    sizes.add(new BindSizes.Size(symbol, value));
    return IntExpr.symbol(symbol);
  }

  /**
   * A number that may be negative, as an expression over sizes: the difference of two.
   *
   * @param wish what to call the symbols
   */
  public IntExpr signed(String wish, IntExpr value) {
    if (isKnown(value)) {
      return SizeAlgebra.simplify(value);
    }
    IntExpr zero = IntExpr.of(0);
    IntExpr up = symbol(wish, SizeLogic.max(value, zero));
    IntExpr down = symbol(wish, SizeLogic.max(IntExpr.of(IntExpr.Op.SUB, zero, value), zero));
    return SizeAlgebra.minus(up, down);
  }

  /**
   * Requires a condition, now if it is known, and when the model runs if not.
   *
   * @param condition see {@link SizeLogic}
   * @param otherwise what is wrong if it doesn't hold
   * @throws TypeException if it is known not to hold
   */
  public void check(IntExpr condition, String otherwise) {
    IntExpr simple = isKnown(condition) ? SizeAlgebra.simplify(condition) : condition;
    if (simple instanceof IntExpr.Const(long value)) {
      if (value == 0) {
        throw new TypeException(otherwise, where);
      }
      return;
    }
    checks.add(new BindSizes.Check(condition, otherwise));
  }

  /** Whether an expression is over symbols alone, whose values are known to be sizes. */
  public boolean isKnown(IntExpr value) {
    return value.symbols().stream().noneMatch(numbers::contains);
  }

  /** What was collected; null if nothing is left for run time. */
  @Nullable BindSizes result() {
    return sizes.isEmpty() && checks.isEmpty() ? null : new BindSizes(where, reads, sizes, checks);
  }
}
