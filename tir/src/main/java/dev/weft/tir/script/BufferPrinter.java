package dev.weft.tir.script;

import dev.weft.base.DType;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.Scope;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Declarations of buffers: {@code (shape, dtype, scope=…, …)}. */
final class BufferPrinter {
  private final NameTable names;
  private final ExprPrinter exprs;
  private final Lines out;

  BufferPrinter(NameTable names, ExprPrinter exprs, Lines out) {
    this.names = names;
    this.exprs = exprs;
    this.out = out;
  }

  /** Whether {@code A: T.Buffer(shape, dtype)} says all there is to say. */
  static boolean isSimple(Buffer buffer) {
    return buffer.strides().isEmpty()
        && buffer.shape().stream().noneMatch(BufferPrinter::mentionsVariables)
        && hasNoOffset(buffer)
        && buffer.offsetFactor() == 1
        && buffer.scope().equals(Scope.GLOBAL)
        && buffer.alignment() == Buffer.DEFAULT_ALIGNMENT
        && buffer.axisSeparators().isEmpty()
        && pointsToOwnType(buffer);
  }

  private static boolean mentionsVariables(Expr e) {
    boolean[] found = {false};
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        found[0] |= node instanceof Var;
        super.expr(node);
      }
    }.expr(e);
    return found[0];
  }

  private static boolean hasNoOffset(Buffer buffer) {
    return buffer.elemOffset().isConst(0) && buffer.elemOffset().dtype().equals(buffer.indexType());
  }

  private static boolean pointsToOwnType(Buffer buffer) {
    Var.PointerType pointer = buffer.data().pointerType();
    return pointer != null && pointer.element().equals(buffer.dtype());
  }

  /** {@code shape, dtype} of a simple buffer in a function's signature. */
  String signature(Buffer buffer) {
    return "T.Buffer("
        + exprs.tuple(buffer.shape())
        + ", "
        + Literals.quoted(buffer.dtype().toString())
        + ")";
  }

  /**
   * Declares the buffer's name and returns {@code name = function(arguments)}; variables that it is
   * the first to mention are declared on lines before, or as parts of the buffer.
   *
   * @param source further leading arguments; empty for none
   * @param ownData whether the text may leave the pointer to the reader; otherwise it is named
   */
  Declaration declare(Buffer buffer, String function, String source, boolean ownData) {
    buffer.shape().forEach(this::declareFree);
    Map<Var, Integer> uses = uses(buffer);
    String name = names.declare(buffer);
    List<String> args = new ArrayList<>();
    if (!source.isEmpty()) {
      args.add(source);
    }
    args.add(exprs.tuple(buffer.shape()));
    if (!buffer.dtype().equals(DType.FLOAT32)) {
      args.add(Literals.quoted(buffer.dtype().toString()));
    }
    data(buffer, name, ownData, args);
    if (!buffer.strides().isEmpty()) {
      args.add("strides=" + strides(buffer, name, uses));
    }
    boolean factor = offset(buffer, name, uses, args);
    if (!buffer.scope().equals(Scope.GLOBAL)) {
      args.add("scope=" + Literals.quoted(buffer.scope().toString()));
    }
    if (buffer.alignment() != Buffer.DEFAULT_ALIGNMENT) {
      args.add("align=" + buffer.alignment());
    }
    if (factor || buffer.offsetFactor() != 1) {
      args.add("offset_factor=" + buffer.offsetFactor());
    }
    if (!buffer.axisSeparators().isEmpty()) {
      args.add("axis_separators=" + buffer.axisSeparators());
    }
    return new Declaration(name, function + "(" + String.join(", ", args) + ")");
  }

  /** A name and what makes the thing of that name. */
  record Declaration(String name, String value) {
    String assignment() {
      return name + " = " + value;
    }
  }

  private void data(Buffer buffer, String name, boolean ownData, List<String> args) {
    Var data = buffer.data();
    if (!names.knows(data)) {
      if (ownData && pointsToOwnType(buffer)) {
        names.define(data, name + ".data");
        return;
      }
      declareFree(data);
    }
    args.add("data=" + names.text(data));
  }

  private String strides(Buffer buffer, String name, Map<Var, Integer> uses) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < buffer.strides().size(); i++) {
      Expr stride = buffer.strides().get(i);
      if (isOwn(buffer, stride, uses) && stride instanceof Var v) {
        names.define(v, name + ".strides[" + i + "]");
        texts.add(Literals.quoted(v.name()));
      } else {
        declareFree(stride);
        texts.add(exprs.text(stride));
      }
    }
    return texts.size() == 1 ? "(" + texts.get(0) + ",)" : "(" + String.join(", ", texts) + ")";
  }

  /** Returns whether the offset factor must be written, so that the reader makes a variable. */
  private boolean offset(Buffer buffer, String name, Map<Var, Integer> uses, List<String> args) {
    Expr offset = buffer.elemOffset();
    if (isOwn(buffer, offset, uses)) {
      names.define(offset, name + ".elem_offset");
      return true;
    }
    if (!hasNoOffset(buffer) || buffer.offsetFactor() != 1) {
      declareFree(offset);
      args.add("elem_offset=" + exprs.text(offset));
    }
    return false;
  }

  /** A variable that nothing mentions but this one place of the buffer. */
  private boolean isOwn(Buffer buffer, Expr part, Map<Var, Integer> uses) {
    return part instanceof Var v
        && !names.knows(v)
        && v.pointerType() == null
        && v.dtype().equals(buffer.indexType())
        && uses.getOrDefault(v, 0) == 1;
  }

  private static Map<Var, Integer> uses(Buffer buffer) {
    Map<Var, Integer> uses = new HashMap<>();
    IrWalker count =
        new IrWalker() {
          @Override
          public void expr(Expr node) {
            if (node instanceof Var v) {
              uses.merge(v, 1, Integer::sum);
            }
            super.expr(node);
          }
        };
    buffer.shape().forEach(count::expr);
    buffer.strides().forEach(count::expr);
    count.expr(buffer.elemOffset());
    return uses;
  }

  /** Declares, on lines of their own, the variables of an expression that have no name yet. */
  void declareFree(Expr e) {
    new IrWalker() {
      @Override
      public void expr(Expr node) {
        if (node instanceof Var v && !names.knows(v)) {
          out.line(names.declare(v) + " = " + Literals.creation(v));
        }
        super.expr(node);
      }
    }.expr(e);
  }
}
