package dev.weft.tir.script;

import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import dev.weft.tir.CommReducer;
import dev.weft.tir.Expr;
import dev.weft.tir.IndexMap;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.Stmt;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which variables and buffers a piece of IR mentions, and which it declares itself. */
final class Usage extends IrWalker {
  private final Set<Var> mentioned = new LinkedHashSet<>();
  private final Set<Var> declared = new HashSet<>();
  private final Set<Var> letInExpression = new HashSet<>();
  private final Map<Var, IterVar> launches = new HashMap<>();
  private final Set<Var> launchedAgain = new HashSet<>();
  private final Set<Buffer> buffers = new LinkedHashSet<>();
  private final Set<Buffer> declaredBuffers = new HashSet<>();

  static Usage of(Stmt stmt) {
    Usage usage = new Usage();
    usage.stmt(stmt);
    return usage;
  }

  /** Variables that the text must declare before: nothing else in it does, in order of mention. */
  List<Var> freeVars() {
    return mentioned.stream()
        .filter(v -> !declared.contains(v) || letInExpression.contains(v) || threadOf(v) != null)
        .toList();
  }

  /** The hardware index that a variable is in several launches; null for others. */
  @Nullable ThreadTag threadOf(Var v) {
    IterVar launch = launches.get(v);
    return launchedAgain.contains(v) && launch != null ? launch.thread() : null;
  }

  /** Buffers that are accessed and nowhere declared, in order of mention. */
  List<Buffer> freeBuffers() {
    return buffers.stream().filter(b -> !declaredBuffers.contains(b)).toList();
  }

  boolean declares(Var v) {
    return declared.contains(v);
  }

  boolean mentions(Var v) {
    return mentioned.contains(v);
  }

  @Override
  public void expr(Expr node) {
    if (node instanceof Var v) {
      mentioned.add(v);
    } else if (node instanceof Expr.Load load) {
      use(load.buffer());
    } else if (node instanceof Expr.Let let) {
      // A let within an expression can't declare its variable in the text.
      mentioned.add(let.var());
      letInExpression.add(let.var());
    }
    super.expr(node);
  }

  @Override
  public void stmt(Stmt node) {
    switch (node) {
      case Stmt.Let let -> declared.add(let.var());
      case Stmt.Attr attr -> {
        if (LaunchThread.isSugar(attr) && attr.node() instanceof IterVar axis) {
          declared.add(axis.var());
          mentioned.add(axis.var());
          if (launches.put(axis.var(), axis) != null) {
            launchedAgain.add(axis.var());
          }
        } else {
          value(attr.node());
        }
      }
      case Stmt.Store store -> use(store.buffer());
      case Stmt.Allocate allocate -> declared.add(allocate.data());
      case Stmt.AllocateConst constant -> declared.add(constant.data());
      case Stmt.DeclBuffer decl -> declare(decl.buffer());
      case Stmt.For loop -> {
        declared.add(loop.var());
        loop.annotations().values().forEach(this::value);
      }
      case Stmt.Block block -> {
        block.iterVars().forEach(axis -> declared.add(axis.var()));
        block.allocBuffers().forEach(this::declare);
        block.matchBuffers().forEach(match -> declare(match.buffer()));
        block.matchBuffers().forEach(match -> region(match.source()));
        block.reads().forEach(this::region);
        block.writes().forEach(this::region);
        block.annotations().values().forEach(this::value);
      }
      case Stmt.Assert _,
          Stmt.Seq _,
          Stmt.Evaluate _,
          Stmt.If _,
          Stmt.While _,
          Stmt.Break _,
          Stmt.Continue _,
          Stmt.ThreadGroup _,
          Stmt.BlockRealize _ -> {}
    }
    super.stmt(node);
  }

  private void region(BufferRegion region) {
    use(region.buffer());
  }

  private void use(Buffer buffer) {
    buffers.add(buffer);
  }

  /** A declaration also declares the variables that it is the only one to speak of. */
  private void declare(Buffer buffer) {
    declaredBuffers.add(buffer);
    if (!mentioned.contains(buffer.data())) {
      declared.add(buffer.data());
    }
    buffer.strides().forEach(this::ownPart);
    ownPart(buffer.elemOffset());
    buffer.shape().forEach(this::ownPart);
  }

  private void ownPart(Expr part) {
    if (part instanceof Var v && !mentioned.contains(v)) {
      declared.add(v);
    }
  }

  private void value(AttrValue value) {
    switch (value) {
      case Expr _ -> {}
      case AttrValue.Items items -> items.values().forEach(this::value);
      case AttrValue.Entries entries -> entries.values().values().forEach(this::value);
      case IterVar axis -> mentioned.add(axis.var());
      case Buffer buffer -> use(buffer);
      case IndexMap map -> declared.addAll(map.inputs());
      case CommReducer reducer -> {
        declared.addAll(reducer.left());
        declared.addAll(reducer.right());
      }
    }
  }
}
