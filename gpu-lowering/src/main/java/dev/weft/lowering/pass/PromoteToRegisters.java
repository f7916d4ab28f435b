package dev.weft.lowering.pass;

import dev.weft.base.DType;
import dev.weft.lowering.Pass;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IrWalker;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Splits a thread's own array into variables, one an element or one a vector, when every index is a
 * constant. Printers show a register buffer of one element as a variable. An element that is read
 * alone becomes a lane of its vector.
 *
 * <pre>{@code
 * C_local = T.decl_buffer((16,), scope="local")     C_local0 = T.decl_buffer((1,), "float32x8", …)
 * C_local[T.Ramp(0, 1, 8)] = …                 →    C_local0[0] = …
 * C_local[T.Ramp(8, 1, 8)] = …                      C_local1[0] = …
 * }</pre>
 */
public final class PromoteToRegisters implements Pass {
  /** Variables that one array may become. */
  private static final int MOST_VARIABLES = 256;

  @Override
  public String name() {
    return "promote_to_registers";
  }

  @Override
  public PrimFunc apply(PrimFunc function, Target target) {
    Usage usage = new Usage();
    usage.stmt(function.body());
    return function.withBody(new Promoter(usage).stmt(function.body()));
  }

  /** How the registers of a thread are indexed. */
  private static final class Usage extends IrWalker {
    private final Map<Buffer, Slots> slots = new HashMap<>();
    private final Map<Var, Buffer> byPointer = new HashMap<>();

    /**
     * The starts of the accesses to one buffer, all of one width; width 0 says: anything else. Of
     * what is kept as vectors, single elements may be read.
     */
    private static final class Slots {
      int width = -1;
      final TreeSet<Long> starts = new TreeSet<>();
      final Set<Long> lanesRead = new HashSet<>();

      /** Whether every element that is read alone is part of a vector. */
      boolean coverLanes() {
        return lanesRead.stream().allMatch(lane -> starts.contains(lane - lane % width));
      }
    }

    @Override
    public void stmt(Stmt node) {
      if (node instanceof Stmt.DeclBuffer(Buffer buffer, Stmt body)) {
        // A second view of one pointer: leave both alone.
        Buffer other = byPointer.put(buffer.data(), buffer);
        if (other != null) {
          slots(other).width = 0;
          slots(buffer).width = 0;
        }
      }
      if (node instanceof Stmt.Store store) {
        access(store.buffer(), store.indices(), store.predicate(), false);
      }
      super.stmt(node);
    }

    @Override
    public void expr(Expr node) {
      if (node instanceof Expr.Load load) {
        access(load.buffer(), load.indices(), load.predicate(), true);
      } else if (node instanceof Var v && byPointer.containsKey(v)) {
        slots(byPointer.get(v)).width = 0;
      }
      super.expr(node);
    }

    private Slots slots(Buffer buffer) {
      return slots.computeIfAbsent(buffer, b -> new Slots());
    }

    private void access(
        Buffer buffer, List<Expr> indices, @Nullable Expr predicate, boolean isRead) {
      if (buffer.scope().rank() != Scope.Rank.LOCAL) {
        return;
      }
      Slots known = slots(buffer);
      Expr index = indices.get(0);
      int width = index.dtype().lanes();
      Long start = start(index);
      if (start == null || start % width != 0 || predicate != null || buffer.dtype().lanes() != 1) {
        known.width = 0;
      } else if (isRead && width == 1) {
        known.lanesRead.add(start);
      } else {
        known.width = known.width == -1 || known.width == width ? width : 0;
        known.starts.add(start);
      }
    }

    /** Null if {@code buffer} stays an array. */
    @Nullable Slots promoted(Buffer buffer) {
      Slots known = slots.get(buffer);
      if (known == null || known.width == 0) {
        return null;
      }
      if (known.width <= 1) {
        known.width = 1;
        known.starts.addAll(known.lanesRead);
      }
      return known.coverLanes() && known.starts.size() <= MOST_VARIABLES ? known : null;
    }
  }

  private static @Nullable Long start(Expr index) {
    return switch (index) {
      case Expr.IntImm(DType type, long value) -> value;
      case Expr.Ramp(Expr.IntImm(DType type, long value), Expr stride, int lanes)
          when stride.isConst(1) ->
          value;
      case Expr e -> null;
    };
  }

  private static final class Promoter extends IrRewriter {
    private final Usage usage;
    private final Map<Buffer, TreeMap<Long, Buffer>> variables = new HashMap<>();

    Promoter(Usage usage) {
      this.usage = usage;
    }

    @Override
    public Stmt stmt(Stmt node) {
      if (node instanceof Stmt.Allocate a
          && a.body() instanceof Stmt.DeclBuffer(Buffer buffer, Stmt body)
          && buffer.data() == a.data()) {
        Usage.Slots slots = usage.promoted(buffer);
        if (slots != null) {
          return promoted(buffer, slots, body, a);
        }
      }
      Stmt mapped = super.stmt(node);
      if (mapped instanceof Stmt.Store store) {
        Buffer variable = variable(store.buffer(), store.indices());
        return variable == null
            ? store
            : new Stmt.Store(variable, store.value(), List.of(Expr.int32(0)));
      }
      return mapped;
    }

    @Override
    public Expr expr(Expr node) {
      Expr mapped = super.expr(node);
      if (mapped instanceof Expr.Load load) {
        Buffer variable = variable(load.buffer(), load.indices());
        if (variable == null) {
          return load;
        }
        Expr value = new Expr.Load(variable, List.of(Expr.int32(0)));
        int lanes = variable.dtype().lanes();
        Long at = start(load.indices().get(0));
        return at == null || load.dtype().lanes() == lanes
            ? value
            : new Expr.Shuffle(List.of(value), List.of(Expr.int32(at % lanes)));
      }
      return mapped;
    }

    private @Nullable Buffer variable(Buffer buffer, List<Expr> indices) {
      TreeMap<Long, Buffer> parts = variables.get(buffer);
      Long start = parts == null ? null : start(indices.get(0));
      Map.Entry<Long, Buffer> part =
          parts == null || start == null ? null : parts.floorEntry(start);
      return part == null ? null : part.getValue();
    }

    private Stmt promoted(Buffer buffer, Usage.Slots slots, Stmt body, Stmt.Allocate allocate) {
      TreeMap<Long, Buffer> parts = new TreeMap<>();
      List<Buffer> inOrder = new ArrayList<>();
      DType dtype = buffer.dtype().withLanes(slots.width);
      for (long start : slots.starts) {
        String name =
            slots.starts.size() == 1 ? buffer.name() : buffer.name() + start / slots.width;
        Buffer part = Buffer.of(name, dtype, buffer.scope(), List.of(Expr.int32(1)));
        parts.put(start, part);
        inOrder.add(part);
      }
      variables.put(buffer, parts);
      Stmt result = stmt(body);
      for (Buffer part : inOrder.reversed()) {
        result =
            new Stmt.Allocate(
                part.data(),
                dtype,
                part.shape(),
                allocate.condition(),
                allocate.annotations(),
                new Stmt.DeclBuffer(part, result));
      }
      return result;
    }
  }
}
