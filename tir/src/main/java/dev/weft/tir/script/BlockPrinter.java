package dev.weft.tir.script;

import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.MatchBufferRegion;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Blocks as text. */
final class BlockPrinter {
  private final Lines out;
  private final NameTable names;
  private final ExprPrinter exprs;
  private final BufferPrinter buffers;
  private final StmtPrinter stmts;
  private final Dialect dialect;
  private final Map<Var, Range> loops = new HashMap<>();

  BlockPrinter(
      Lines out,
      NameTable names,
      ExprPrinter exprs,
      BufferPrinter buffers,
      StmtPrinter stmts,
      Dialect dialect) {
    this.out = out;
    this.names = names;
    this.exprs = exprs;
    this.buffers = buffers;
    this.stmts = stmts;
    this.dialect = dialect;
  }

  /** Notes the range of a loop, so that axes bound to it alone can be written together. */
  void enter(Var loop, Range range) {
    loops.put(loop, range);
  }

  /** The line that stands for the root block that readers add by themselves. */
  void rootComment(boolean underlined) {
    String text = "with T." + dialect.block + "(\"root\"):";
    out.line("# " + (underlined ? Lines.marked(text) : text));
  }

  void print(Stmt.Block block, Stmt.@Nullable BlockRealize realize, boolean underlined) {
    String realization = realize == null ? ", no_realize=True" : "";
    String head =
        "with T." + dialect.block + "(" + Literals.quoted(block.name()) + realization + "):";
    out.line(underlined ? Lines.marked(head) : head);
    out.indented(() -> names.scoped(() -> content(block, realize)));
  }

  private void content(Stmt.Block block, Stmt.@Nullable BlockRealize realize) {
    axes(block, realize);
    if (realize != null && !realize.predicate().equals(Expr.bool(true))) {
      out.line("T.where(" + exprs.text(realize.predicate()) + ")");
    }
    regions("T.reads", block.reads());
    regions("T.writes", block.writes());
    if (!block.annotations().isEmpty()) {
      out.line("T." + dialect.attributes + "(" + exprs.dictionary(block.annotations()) + ")");
    }
    allocations(block);
    for (MatchBufferRegion match : block.matchBuffers()) {
      String source = exprs.region(match.source());
      out.line(buffers.declare(match.buffer(), "T.match_buffer", source, true).assignment());
    }
    if (block.init() != null) {
      out.line("with T.init():");
      stmts.body(block.init());
    }
    stmts.statements(block.body());
  }

  /** The allocations of a block, one a line. */
  void allocations(Stmt.Block block) {
    for (Buffer buffer : block.allocBuffers()) {
      out.line(buffers.declare(buffer, "T." + dialect.allocation, "", true).assignment());
    }
  }

  private void regions(String function, List<BufferRegion> regions) {
    out.line(
        function + regions.stream().map(exprs::region).collect(Collectors.joining(", ", "(", ")")));
  }

  private void axes(Stmt.Block block, Stmt.@Nullable BlockRealize realize) {
    List<Integer> together = new ArrayList<>();
    for (int i = 0; i < block.iterVars().size(); i++) {
      if (realize != null && isLoop(block.iterVars().get(i), realize.iterValues().get(i))) {
        together.add(i);
      } else {
        remapped(block, realize, together);
        together.clear();
        axis(block.iterVars().get(i), realize == null ? null : realize.iterValues().get(i));
      }
    }
    remapped(block, realize, together);
  }

  /** Whether the axis runs over exactly what a loop around it runs over. */
  private boolean isLoop(IterVar axis, Expr value) {
    return (axis.kind() == IterVar.Kind.SPATIAL || axis.kind() == IterVar.Kind.REDUCE)
        && value instanceof Var v
        && axis.dom().equals(loops.get(v))
        && axis.var().dtype().equals(v.dtype());
  }

  private void remapped(
      Stmt.Block block, Stmt.@Nullable BlockRealize realize, List<Integer> together) {
    if (realize == null || together.size() < 2) {
      for (int i : together) {
        axis(block.iterVars().get(i), realize == null ? null : realize.iterValues().get(i));
      }
      return;
    }
    StringBuilder kinds = new StringBuilder();
    List<Expr> values = new ArrayList<>();
    List<String> variables = new ArrayList<>();
    for (int i : together) {
      IterVar axis = block.iterVars().get(i);
      kinds.append(axis.kind().text);
      values.add(realize.iterValues().get(i));
      variables.add(names.declare(axis.var()));
    }
    out.line(
        String.join(", ", variables)
            + " = T.axis.remap(\""
            + kinds
            + "\", ["
            + exprs.list(values)
            + "])");
  }

  private void axis(IterVar axis, @Nullable Expr value) {
    String function =
        switch (axis.kind()) {
          case SPATIAL -> "spatial";
          case REDUCE -> "reduce";
          case SCAN -> "scan";
          case OPAQUE -> "opaque";
          case THREAD -> "thread";
        };
    List<String> args = new ArrayList<>();
    args.add(exprs.domain(axis.dom()));
    if (value != null) {
      args.add(exprs.text(value));
    }
    if (axis.kind() == IterVar.Kind.THREAD) {
      args.add("thread=" + Literals.quoted(Objects.requireNonNull(axis.thread()).text));
    }
    if (!axis.var().dtype().equals(axis.dom().extent().dtype())) {
      args.add("dtype=" + Literals.quoted(axis.var().dtype().toString()));
    }
    String name = names.declare(axis.var());
    out.line(name + " = T.axis." + function + "(" + String.join(", ", args) + ")");
  }
}
