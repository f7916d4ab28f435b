package dev.weft.codegen.jvm;

import dev.weft.lowering.LoweringException;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Spreads a kernel over methods that are short enough: the JVM compiles none of more than 8,000
 * bytes. A loop that makes its method too long becomes a method of its own; what is too long
 * without having loops stays, and is interpreted.
 */
final class Methods {
  /** Estimated bytes of a method; half of what the JVM compiles, since estimates err. */
  private static final int LONGEST = 4000;

  /** Estimated bytes of a call. */
  private static final int CALL = 20;

  private final ClassBuilder out;
  private final ClassDesc self;
  private final String kernel;
  private final Analyzer analyzer;
  private final Set<Stmt> own = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Map<Stmt, Boolean> variables = new IdentityHashMap<>();
  private final List<Runnable> pending = new ArrayList<>();
  private int count;

  Methods(ClassBuilder out, ClassDesc self, String kernel, Analyzer analyzer, Stmt body) {
    this.out = out;
    this.self = self;
    this.kernel = kernel;
    this.analyzer = analyzer;
    size(body);
  }

  /** Whether a loop gets a method of its own. */
  boolean isOwn(Stmt.For loop) {
    return own.contains(loop);
  }

  /**
   * Whether memory is a local variable: one element, always accessed as such, and not by a loop in
   * another method.
   */
  boolean isVariable(Stmt.Allocate allocate) {
    return variables.computeIfAbsent(allocate, a -> findVariable(allocate));
  }

  private boolean findVariable(Stmt.Allocate allocate) {
    if (elements(allocate) != 1) {
      return false;
    }
    boolean[] fits = {true};
    Var data = allocate.data();
    new IrWalker() {
      private int away;

      @Override
      public void stmt(Stmt node) {
        boolean leaves = own.contains(node);
        away += leaves ? 1 : 0;
        if (node instanceof Stmt.Store store) {
          access(store.buffer(), store.indices());
        }
        super.stmt(node);
        away -= leaves ? 1 : 0;
      }

      @Override
      public void expr(Expr node) {
        if (node instanceof Expr.Load load) {
          access(load.buffer(), load.indices());
        }
        super.expr(node);
      }

      private void access(Buffer buffer, List<Expr> indices) {
        if (buffer.data().equals(data)) {
          boolean plain =
              indices.size() == 1
                  && indices.get(0).isConst(0)
                  && buffer.dtype().equals(allocate.dtype());
          fits[0] &= plain && away == 0;
        }
      }
    }.stmt(allocate.body());
    return fits[0];
  }

  /**
   * The elements of an array.
   *
   * @throws LoweringException if their number is not a constant or beyond a Java array's
   */
  static long elements(Stmt.Allocate allocate) {
    long count = 1;
    for (Expr extent : allocate.extents()) {
      if (!(extent instanceof Expr.IntImm imm)) {
        throw ExprEmitter.refuse(
            "the array '" + allocate.data().name() + "' of a size that is not constant");
      }
      count *= imm.value();
    }
    if (count > Integer.MAX_VALUE - 8) {
      throw ExprEmitter.refuse("the array '" + allocate.data().name() + "' of " + count);
    }
    return count;
  }

  /** Writes a call of the method of a loop, and remembers to write that. */
  void call(Frame frame, Stmt.For loop) {
    Free free = Free.of(loop);
    String name = kernel + "$" + ++count;
    List<ClassDesc> types = new ArrayList<>();
    for (Var v : free.numbers) {
      Carrier carrier = Carrier.of(v.dtype());
      frame.out.loadLocal(carrier.kind, frame.slot(v));
      types.add(carrier.type);
    }
    Map<Var, Storage> memory = new HashMap<>();
    for (Var data : free.pointers) {
      Storage storage = frame.storage(data);
      memory.put(data, storage);
      frame.out.aload(storage.slot());
      types.add(
          switch (storage) {
            case Storage.Segment s -> Frame.SEGMENT;
            case Storage.Array(int slot, var element) -> ElementType.of(element).type.arrayType();
            case Storage.Variable v ->
                throw new IllegalStateException("a variable of another method");
          });
    }
    MethodTypeDesc type = MethodTypeDesc.of(ConstantDescs.CD_void, types);
    frame.out.invokestatic(self, name, type);
    pending.add(() -> write(name, type, free, memory, loop));
  }

  private void write(
      String name, MethodTypeDesc type, Free free, Map<Var, Storage> memory, Stmt.For loop) {
    out.withMethodBody(
        name,
        type,
        ClassFile.ACC_STATIC | ClassFile.ACC_PRIVATE,
        code -> {
          Frame frame = new Frame(code, analyzer);
          int slot = 0;
          for (Var v : free.numbers) {
            frame.place(v, slot);
            slot += Carrier.of(v.dtype()).kind.slotSize();
          }
          for (Var data : free.pointers) {
            switch (memory.get(data)) {
              case Storage.Array(int old, var element) ->
                  frame.place(data, new Storage.Array(slot, element));
              case null, default -> frame.place(data, new Storage.Segment(slot));
            }
            slot += TypeKind.REFERENCE.slotSize();
          }
          new StmtEmitter(frame, this).loop(loop);
          code.return_();
        });
  }

  /** Writes the methods that were called and not yet written, and those that they call. */
  void finish() {
    while (!pending.isEmpty()) {
      List<Runnable> now = List.copyOf(pending);
      pending.clear();
      now.forEach(Runnable::run);
    }
  }

  /** Estimates the bytes of a statement in its method and marks the loops that must leave it. */
  private int size(Stmt node) {
    int[] size = {4 + expressions(node)};
    List<Stmt.For> loops = new ArrayList<>();
    new DirectParts() {
      @Override
      void part(Stmt part) {
        size[0] += size(part);
        if (part instanceof Stmt.For loop && !own.contains(loop)) {
          loops.add(loop);
        }
      }
    }.of(node);
    if (size[0] > LONGEST && node instanceof Stmt.Seq) {
      // Side by side, too long together: each loop for itself.
      size[0] -= loops.stream().mapToInt(this::leave).sum();
    }
    if (node instanceof Stmt.For loop && size[0] > LONGEST) {
      own.add(loop);
      return CALL;
    }
    return size[0];
  }

  private int leave(Stmt.For loop) {
    int size = size(loop);
    if (own.contains(loop) || size <= 2 * CALL) {
      return 0;
    }
    own.add(loop);
    return size - CALL;
  }

  private static int expressions(Stmt node) {
    int[] size = {0};
    new IrWalker() {
      private boolean within;

      @Override
      public void stmt(Stmt inner) {
        if (!within) {
          within = true;
          super.stmt(inner);
        }
      }

      @Override
      public void expr(Expr e) {
        size[0] += e instanceof Expr.Load ? 14 : e instanceof Expr.Call ? 6 : 3;
        super.expr(e);
      }
    }.stmt(node);
    return size[0] + (node instanceof Stmt.Store ? 14 : 0);
  }

  /** Visits the statements directly within one. */
  private abstract static class DirectParts extends IrWalker {
    private boolean within;

    abstract void part(Stmt part);

    void of(Stmt node) {
      within = false;
      stmt(node);
    }

    @Override
    public void stmt(Stmt node) {
      if (within) {
        part(node);
      } else {
        within = true;
        super.stmt(node);
      }
    }

    @Override
    public void expr(Expr node) {}
  }

  /** The variables that a loop uses and does not define. */
  private static final class Free extends IrWalker {
    final Set<Var> numbers = new LinkedHashSet<>();
    final Set<Var> pointers = new LinkedHashSet<>();
    private final Set<Var> defined = new HashSet<>();

    static Free of(Stmt stmt) {
      Free free = new Free();
      free.stmt(stmt);
      free.numbers.removeAll(free.defined);
      free.pointers.removeAll(free.defined);
      return free;
    }

    @Override
    public void stmt(Stmt node) {
      switch (node) {
        case Stmt.Let let -> defined.add(let.var());
        case Stmt.For loop -> defined.add(loop.var());
        case Stmt.Allocate allocate -> defined.add(allocate.data());
        case Stmt.Store store -> pointers.add(store.buffer().data());
        case Stmt.Attr s -> {}
        case Stmt.Assert s -> {}
        case Stmt.AllocateConst s -> {}
        case Stmt.DeclBuffer s -> {}
        case Stmt.Seq s -> {}
        case Stmt.Evaluate s -> {}
        case Stmt.If s -> {}
        case Stmt.While s -> {}
        case Stmt.Break s -> {}
        case Stmt.Continue s -> {}
        case Stmt.ThreadGroup s -> {}
        case Stmt.Block s -> {}
        case Stmt.BlockRealize s -> {}
      }
      super.stmt(node);
    }

    @Override
    public void expr(Expr node) {
      if (node instanceof Expr.Load load) {
        pointers.add(load.buffer().data());
      } else if (node instanceof Expr.Let let) {
        defined.add(let.var());
      } else if (node instanceof Var v && v.pointerType() == null) {
        numbers.add(v);
      }
      super.expr(node);
    }
  }
}
