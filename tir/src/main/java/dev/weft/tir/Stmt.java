package dev.weft.tir;

import dev.weft.base.DType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A statement. All of them are here. */
public sealed interface Stmt {
  /** A value under a name, within a statement. */
  record Let(Var var, Expr value, Stmt body) implements Stmt {
    /** Checks that the variable has the value's type. */
    public Let {
      Checks.sameType("Let", var, value);
    }
  }

  /** Says something ({@code key}, {@code value}) about {@code node} within the body. */
  record Attr(AttrValue node, String key, Expr value, Stmt body) implements Stmt {}

  /** Stops the program with {@code message} unless the condition holds; then the body. */
  record Assert(Expr condition, Expr message, Stmt body) implements Stmt {
    /** Checks the condition's type. */
    public Assert {
      Checks.require(
          condition.dtype().isBool(), "Assert.condition must be bool, got %s", condition.dtype());
    }
  }

  /** A write to a buffer; the last index may be a vector, {@code predicate} then masks lanes. */
  record Store(Buffer buffer, Expr value, List<Expr> indices, @Nullable Expr predicate)
      implements Stmt {
    /** Checks the indices and that the value has the buffer's type. */
    public Store {
      indices = List.copyOf(indices);
      Checks.indices("Store", buffer, indices);
      DType expected = new Expr.Load(buffer, indices).dtype();
      Checks.require(
          value.dtype().equals(expected),
          "Store to '%s' needs a value of type %s, got %s",
          buffer.name(),
          expected,
          value.dtype());
    }

    /** A store without mask. */
    public Store(Buffer buffer, Expr value, List<Expr> indices) {
      this(buffer, value, indices, null);
    }
  }

  /** Raw memory of {@code extents} elements for a pointer, within the body. */
  record Allocate(
      Var data,
      DType dtype,
      List<Expr> extents,
      Expr condition,
      Map<String, AttrValue> annotations,
      Stmt body)
      implements Stmt {
    /** Checks that the variable is a typed pointer. */
    public Allocate {
      extents = List.copyOf(extents);
      annotations = Ordered.copyOf(annotations);
      Checks.require(
          data.pointerType() != null, "Allocate needs a typed pointer, got '%s'", data.name());
    }
  }

  /** Constant data for a pointer, within the body. */
  record AllocateConst(Var data, DType dtype, List<Expr> extents, List<Expr> values, Stmt body)
      implements Stmt {
    /** Copies the lists. */
    public AllocateConst {
      extents = List.copyOf(extents);
      values = List.copyOf(values);
    }
  }

  /** Declares a buffer over a pointer that exists, within the body. */
  record DeclBuffer(Buffer buffer, Stmt body) implements Stmt {}

  /** Statements one after the other. */
  record Seq(List<Stmt> stmts) implements Stmt {
    /** Copies the list. */
    public Seq {
      stmts = List.copyOf(stmts);
    }
  }

  /** An expression for its effect. */
  record Evaluate(Expr value) implements Stmt {}

  /** A choice. */
  record If(Expr condition, Stmt then, @Nullable Stmt otherwise) implements Stmt {
    /** Checks the condition's type. */
    public If {
      Checks.require(
          condition.dtype().isBool(), "If.condition must be bool, got %s", condition.dtype());
    }
  }

  /** A counted loop, {@code var} in {@code [min, min + extent)}. */
  record For(
      Var var,
      Expr min,
      Expr extent,
      ForKind kind,
      @Nullable ThreadTag thread,
      Map<String, AttrValue> annotations,
      Stmt body)
      implements Stmt {
    /** Checks the types and that thread bindings, and only they, have a tag. */
    public For {
      annotations = Ordered.copyOf(annotations);
      Checks.require(
          var.dtype().isInt() && var.dtype().lanes() == 1,
          "For: loop variable '%s' must be a scalar integer, got %s",
          var.name(),
          var.dtype());
      Checks.sameType("For.min", var, min);
      Checks.sameType("For.extent", var, extent);
      Checks.require(
          (kind == ForKind.THREAD_BINDING) == (thread != null),
          "For '%s' of kind %s has thread tag %s",
          var.name(),
          kind,
          String.valueOf(thread));
    }

    /** A serial loop from 0. */
    public static For serial(Var var, Expr extent, Stmt body) {
      return new For(var, Expr.imm(var.dtype(), 0), extent, ForKind.SERIAL, null, Map.of(), body);
    }

    /** The same loop around another body. */
    public For withBody(Stmt newBody) {
      return newBody == body ? this : new For(var, min, extent, kind, thread, annotations, newBody);
    }

    /** The same loop, carried out in another way. */
    public For withKind(ForKind newKind, @Nullable ThreadTag newThread) {
      return new For(var, min, extent, newKind, newThread, annotations, body);
    }

    /** The same loop with other annotations. */
    public For withAnnotations(Map<String, AttrValue> newAnnotations) {
      return new For(var, min, extent, kind, thread, newAnnotations, body);
    }
  }

  /** A loop while a condition holds. */
  record While(Expr condition, Stmt body) implements Stmt {}

  /** Leaves the innermost loop. */
  record Break() implements Stmt {}

  /** Goes on with the innermost loop's next iteration. */
  record Continue() implements Stmt {}

  /**
   * The body is carried out by the threads {@code [begin, begin + count)} of the block only, which
   * play {@code role} (warp specialisation); the others go on behind it.
   */
  @SuppressWarnings("AvoidCommonTypeNames") // java.lang's is not met in a compiler
  record ThreadGroup(String role, Expr begin, Expr count, Stmt body) implements Stmt {}

  /**
   * A block: a unit of computation with axes, the regions it reads and writes, and a body. {@code
   * init} is carried out before the body when all reduction axes are at their start.
   */
  record Block(
      String name,
      List<IterVar> iterVars,
      List<BufferRegion> reads,
      List<BufferRegion> writes,
      List<Buffer> allocBuffers,
      List<MatchBufferRegion> matchBuffers,
      Map<String, AttrValue> annotations,
      @Nullable Stmt init,
      Stmt body)
      implements Stmt {
    /** Copies the lists. */
    public Block {
      iterVars = List.copyOf(iterVars);
      reads = List.copyOf(reads);
      writes = List.copyOf(writes);
      allocBuffers = List.copyOf(allocBuffers);
      matchBuffers = List.copyOf(matchBuffers);
      annotations = Ordered.copyOf(annotations);
    }

    /** The same block with another body. */
    public Block withBody(Stmt newBody) {
      return newBody == body ? this : with(init, newBody);
    }

    /** The same block with other init and body. */
    public Block with(@Nullable Stmt newInit, Stmt newBody) {
      return new Block(
          name, iterVars, reads, writes, allocBuffers, matchBuffers, annotations, newInit, newBody);
    }

    /** The same block with other access regions. */
    public Block withRegions(List<BufferRegion> newReads, List<BufferRegion> newWrites) {
      return new Block(
          name, iterVars, newReads, newWrites, allocBuffers, matchBuffers, annotations, init, body);
    }

    /** The same block with other allocations. */
    public Block withAllocBuffers(List<Buffer> newAllocBuffers) {
      return new Block(
          name, iterVars, reads, writes, newAllocBuffers, matchBuffers, annotations, init, body);
    }

    /** The same block with other annotations. */
    public Block withAnnotations(Map<String, AttrValue> newAnnotations) {
      return new Block(
          name, iterVars, reads, writes, allocBuffers, matchBuffers, newAnnotations, init, body);
    }

    /** The same block under another name. */
    public Block withName(String newName) {
      return new Block(
          newName, iterVars, reads, writes, allocBuffers, matchBuffers, annotations, init, body);
    }
  }

  /** A block in its place: the values that its axes take here, and when it is carried out. */
  record BlockRealize(List<Expr> iterValues, Expr predicate, Block block) implements Stmt {
    /** Checks that each axis has a value. */
    public BlockRealize {
      iterValues = List.copyOf(iterValues);
      Checks.require(
          iterValues.size() == block.iterVars().size(),
          "BlockRealize of '%s' has %s values for %s axes",
          block.name(),
          iterValues.size(),
          block.iterVars().size());
      Checks.require(
          predicate.dtype().isBool(),
          "BlockRealize.predicate must be bool, got %s",
          predicate.dtype());
    }

    /** The same place for another block. */
    public BlockRealize withBlock(Block newBlock) {
      return newBlock == block ? this : new BlockRealize(iterValues, predicate, newBlock);
    }
  }

  /** Statements one after the other; nested sequences are flattened, a single one stays itself. */
  static Stmt seq(List<? extends Stmt> stmts) {
    List<Stmt> flat =
        stmts.stream()
            .<Stmt>mapMulti(
                (stmt, sink) -> {
                  if (stmt instanceof Seq(List<Stmt> inner)) {
                    inner.forEach(sink);
                  } else {
                    sink.accept(stmt);
                  }
                })
            .toList();
    return flat.size() == 1 ? flat.get(0) : new Seq(flat);
  }

  /** Statements one after the other. */
  static Stmt seq(Stmt... stmts) {
    return seq(List.of(stmts));
  }
}
