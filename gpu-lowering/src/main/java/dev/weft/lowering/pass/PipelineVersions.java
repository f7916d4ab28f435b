package dev.weft.lowering.pass;

import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.IrWalker;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How many versions the buffers of a pipelined loop need, and their access. */
final class PipelineVersions {
  /** The buffers with more than one version, in their new form: one more dimension in front. */
  private final Map<Buffer, Buffer> wide = new LinkedHashMap<>();

  private final Map<Var, Buffer> byPointer = new HashMap<>();
  private final Map<Buffer, Integer> versions = new HashMap<>();

  PipelineVersions(PipelineBody body, PipelineSchedule schedule, Set<Buffer> doubled) {
    List<Uses> uses = body.children().stream().map(Uses::of).toList();
    for (Buffer buffer : body.allocs()) {
      int needed = doubled.contains(buffer) ? 2 : 1;
      for (int i = 0; i < uses.size(); i++) {
        for (int j = i + 1; j < uses.size(); j++) {
          if (uses.get(i).conflicts(uses.get(j), buffer.data())) {
            int apart = schedule.stages().get(j) - schedule.stages().get(i);
            needed = Math.max(needed, apart + (schedule.isBefore(i, j) ? 1 : 0));
          }
        }
      }
      if (needed > 1) {
        versions.put(buffer, needed);
        wide.put(buffer, widened(buffer, needed));
        byPointer.put(buffer.data(), buffer);
      }
    }
  }

  private static Buffer widened(Buffer buffer, int versions) {
    List<Expr> shape = new ArrayList<>(buffer.shape());
    shape.addFirst(Expr.imm(buffer.indexType(), versions));
    List<Expr> strides = new ArrayList<>(buffer.strides());
    if (!strides.isEmpty()) {
      strides.addFirst(Expr.mul(strides.getFirst(), buffer.shape().getFirst()));
    }
    return buffer.withShape(shape, strides);
  }

  /** The buffers to allocate around the pipeline. */
  List<Buffer> allocations(List<Buffer> buffers) {
    return buffers.stream().map(buffer -> wide.getOrDefault(buffer, buffer)).toList();
  }

  /**
   * What forbids the pipeline; null if it computes what the loop does.
   *
   * <p>Within an iteration, statements that depend on each other keep their order. A buffer from
   * outside of the loop has one version, so the stages must not share it.
   */
  static @Nullable String violation(PipelineBody body, PipelineSchedule schedule) {
    List<Uses> uses = body.children().stream().map(Uses::of).toList();
    Set<Var> own = new HashSet<>();
    body.allocs().forEach(buffer -> own.add(buffer.data()));
    for (int i = 0; i < uses.size(); i++) {
      for (int j = i + 1; j < uses.size(); j++) {
        int a = schedule.stages().get(i);
        int b = schedule.stages().get(j);
        for (Var data : uses.get(i).common(uses.get(j))) {
          if (a > b || (a == b && !schedule.isBefore(i, j))) {
            return "would carry out statement "
                + j
                + " before statement "
                + i
                + ", though both use '"
                + data.name()
                + "'";
          }
          if (a == b && schedule.isAsync(i)) {
            return "has statement "
                + j
                + " use '"
                + data.name()
                + "' in the asynchronous stage that statement "
                + i
                + " copies it in";
          }
          if (a != b && !own.contains(data)) {
            return "would carry out statements "
                + i
                + " and "
                + j
                + " in different stages, though both use '"
                + data.name()
                + "', which all iterations share";
          }
        }
      }
    }
    return null;
  }

  /** The buffers that a later statement gets from an earlier one. */
  static boolean depends(Stmt reader, Stmt writer) {
    return !Uses.of(writer).common(Uses.of(reader)).isEmpty();
  }

  /** A statement that works on the version of the given iteration, counted from 0. */
  Stmt at(Stmt stmt, Expr iteration) {
    return new IrRewriter() {
      @Override
      public Expr expr(Expr node) {
        Expr mapped = super.expr(node);
        if (mapped instanceof Expr.Load(Buffer buffer, var indices, var predicate)
            && wide.containsKey(buffer)) {
          return new Expr.Load(wide(buffer), versioned(buffer, indices), predicate);
        }
        return mapped instanceof Expr.Call call ? pointers(call) : mapped;
      }

      @Override
      public Stmt stmt(Stmt node) {
        Stmt mapped = super.stmt(node);
        if (mapped instanceof Stmt.Store(Buffer buffer, var value, var indices, var predicate)
            && wide.containsKey(buffer)) {
          return new Stmt.Store(wide(buffer), value, versioned(buffer, indices), predicate);
        }
        return mapped;
      }

      private Buffer wide(Buffer buffer) {
        return wide.getOrDefault(buffer, buffer);
      }

      private Expr version(Buffer buffer, Expr like) {
        int count = versions.getOrDefault(buffer, 1);
        return Expr.cast(like.dtype(), Expr.floorMod(iteration, count));
      }

      private List<Expr> versioned(Buffer buffer, List<Expr> indices) {
        List<Expr> result = new ArrayList<>(indices);
        result.addFirst(version(buffer, buffer.shape().getFirst()));
        return result;
      }

      // Where a pointer is followed by an offset, the offset skips the other versions.
      private Expr pointers(Expr.Call call) {
        List<Expr> args = new ArrayList<>(call.args());
        for (int i = 0; i < args.size(); i++) {
          Buffer buffer = args.get(i) instanceof Var v ? byPointer.get(v) : null;
          if (buffer == null) {
            continue;
          }
          boolean fragment = isFragmentOperation(call);
          // A fragment is named by its number, four places behind the pointer in loads.
          int at = i + (fragment ? (call.is(Intrinsic.WMMA_MMA) ? 1 : 4) : 1);
          if (at >= args.size() || !args.get(at).dtype().isInt()) {
            throw new IllegalStateException(
                "the pointer to '" + buffer.name() + "' in " + call.callee() + " has no offset");
          }
          args.set(i, wide(buffer).data());
          Expr size = Expr.imm(args.get(at).dtype(), 1);
          for (Expr extent : buffer.shape()) {
            size = Expr.mul(size, Expr.cast(size.dtype(), extent));
          }
          if (!buffer.strides().isEmpty()) {
            size =
                Expr.cast(
                    size.dtype(), Expr.mul(buffer.strides().getFirst(), buffer.shape().getFirst()));
          }
          Expr skipped = fragment ? Expr.floorDiv(size, fragmentSize(call, args, i)) : size;
          Expr offset = Expr.mul(version(buffer, skipped), skipped);
          args.set(at, Expr.add(args.get(at), offset));
        }
        return new Expr.Call(call.dtype(), call.callee(), args);
      }

      private static boolean isFragmentOperation(Expr.Call call) {
        return call.is(Intrinsic.WMMA_FILL)
            || call.is(Intrinsic.WMMA_LOAD)
            || call.is(Intrinsic.WMMA_STORE)
            || call.is(Intrinsic.WMMA_MMA);
      }

      private static long fragmentSize(Expr.Call call, List<Expr> args, int pointer) {
        // All shapes of fragments hold 256 elements but for 8-bit and smaller ones' own shapes.
        if (call.is(Intrinsic.WMMA_MMA)
            || !(args.get(pointer + 1) instanceof Expr.IntImm m)
            || !(args.get(pointer + 2) instanceof Expr.IntImm n)) {
          return 256;
        }
        return m.value() * n.value();
      }
    }.stmt(stmt);
  }

  /** The memory that a statement uses from outside of it. */
  private record Uses(Set<Var> reads, Set<Var> writes) {
    static Uses of(Stmt stmt) {
      Uses uses = new Uses(new HashSet<>(), new HashSet<>());
      new IrWalker() {
        @Override
        public void stmt(Stmt node) {
          if (node instanceof Stmt.Store store) {
            uses.writes.add(store.buffer().data());
          }
          super.stmt(node);
        }

        @Override
        public void expr(Expr node) {
          if (node instanceof Expr.Load load) {
            uses.reads.add(load.buffer().data());
          } else if (node instanceof Expr.Call call) {
            if (call.is(Intrinsic.ACCESS_PTR) && readsOnly(call)) {
              uses.reads.add((Var) call.args().get(1));
              call.args().subList(2, call.args().size()).forEach(this::expr);
              return;
            }
            if (call.is(Intrinsic.ADDRESS_OF) && call.args().getFirst() instanceof Expr.Load load) {
              uses.writes.add(load.buffer().data());
            }
          } else if (node instanceof Var v && v.pointerType() != null) {
            // A pointer in a call: what it points to may be read and written.
            uses.reads.add(v);
            uses.writes.add(v);
          }
          super.expr(node);
        }
      }.stmt(stmt);
      return uses;
    }

    private static boolean readsOnly(Expr.Call call) {
      return call.args().get(1) instanceof Var
          && call.args().size() == 5
          && call.args().get(4).isConst(1);
    }

    boolean conflicts(Uses other, Var data) {
      return (writes.contains(data) && (other.reads.contains(data) || other.writes.contains(data)))
          || (reads.contains(data) && other.writes.contains(data));
    }

    Set<Var> common(Uses other) {
      Set<Var> result = new HashSet<>();
      reads.stream().filter(v -> conflicts(other, v)).forEach(result::add);
      writes.stream().filter(v -> conflicts(other, v)).forEach(result::add);
      return result;
    }
  }
}
