package dev.weft.tir.interp;

import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IRModule;
import dev.weft.tir.Ordered;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs TensorIR functions on host tensors, plainly; what it computes is what is right.
 *
 * <p>An interpreter holds a module and the host functions that it may call. It can be used by
 * several threads; each run has its own state.
 */
public final class Interpreter {
  private final IRModule module;
  private final Map<String, ExternFunction> externs;
  private final IdentityHashMap<PrimFunc, Program> programs = new IdentityHashMap<>();

  private Interpreter(IRModule module, Map<String, ExternFunction> externs) {
    this.module = module;
    this.externs = Ordered.copyOf(externs);
  }

  /** An interpreter of a module's functions. */
  public static Interpreter of(IRModule module) {
    return new Interpreter(module, Map.of());
  }

  /** The same interpreter with one more host function for {@code T.call_extern}. */
  public Interpreter withExtern(String name, ExternFunction function) {
    return new Interpreter(module, Ordered.with(externs, name, function));
  }

  /**
   * Runs one function that calls no other.
   *
   * @param args in the order of the parameters: {@link Tensor} for a buffer, {@link Number} for a
   *     scalar
   * @throws InputException if the arguments don't fit the parameters
   * @throws InterpreterException if the program does something without meaning; it says where
   */
  public static void run(PrimFunc function, List<?> args) {
    of(IRModule.of(function.globalSymbol("main"), function)).call(function, args);
  }

  /** Runs a function of the module; see {@link #run(PrimFunc, List)}. */
  public void run(String name, List<?> args) {
    call(module.get(name), args);
  }

  private @Nullable Number call(PrimFunc function, List<?> args) {
    return program(function).run(args);
  }

  private synchronized Program program(PrimFunc function) {
    Program known = programs.get(function);
    if (known == null) {
      known = new Program(function);
      programs.put(function, known);
    }
    return known;
  }

  private final class CallTarget implements Functions {
    @Override
    public Map<String, ExternFunction> externs() {
      return externs;
    }

    @Override
    public @Nullable Number call(String name, List<Object> args) {
      return Interpreter.this.call(module.get(name), args);
    }
  }

  /** One function, compiled. */
  private final class Program {
    private final PrimFunc function;
    private final Slots slots = new Slots();
    private final List<Binding> bindings = new ArrayList<>();
    private final StmtCompiler.Exec body;

    private interface Binding {
      void bind(Frame frame, List<?> args);
    }

    Program(PrimFunc function) {
      this.function = function;
      ExprCompiler exprs = new ExprCompiler(slots, new CallTarget());
      // Scalars first: the shape of a buffer may mention a scalar parameter that comes later.
      for (int i = 0; i < function.params().size(); i++) {
        Var param = function.params().get(i);
        if (!function.bufferMap().containsKey(param)) {
          bindings.add(scalar(i, param));
        }
      }
      // Then single variables in shapes, so that a shape n * 2 can come before the shape n.
      Map<Integer, BufferBinding> buffers = new LinkedHashMap<>();
      for (int i = 0; i < function.params().size(); i++) {
        Buffer buffer = function.bufferMap().get(function.params().get(i));
        if (buffer != null) {
          buffers.put(i, new BufferBinding(i, buffer));
        }
      }
      buffers.values().forEach(BufferBinding::bindFreeSizes);
      bindings.addAll(buffers.values());
      buffers.values().forEach(binding -> binding.checkSizes(exprs));
      body = new StmtCompiler(exprs).compile(function.body());
    }

    private Binding scalar(int position, Var param) {
      int slot = slots.define(param);
      if (param.dtype().isFloat()) {
        return (f, args) -> f.floats[slot] = number(position, args).doubleValue();
      }
      if (param.dtype().isHandle()) {
        return (f, args) -> f.objects[slot] = args.get(position);
      }
      return (f, args) -> f.ints[slot] = number(position, args).longValue();
    }

    private Number number(int position, List<?> args) {
      if (args.get(position) instanceof Number number) {
        return number;
      }
      throw new InputException(
          "argument " + position + " must be a number, got " + args.get(position),
          function.globalSymbol("main"),
          "pass arguments in the order of the parameters");
    }

    @Nullable Number run(List<?> args) {
      if (args.size() != function.params().size()) {
        throw new InputException(
            args.size()
                + " arguments for "
                + function.params().size()
                + " parameters "
                + function.params(),
            function.globalSymbol("main"),
            "pass one argument a parameter");
      }
      Frame frame = new Frame(function, slots.size());
      frame.enter(f -> function.globalSymbol("main"));
      for (Binding binding : bindings) {
        binding.bind(frame, args);
      }
      body.run(frame);
      return frame.result;
    }

    /** A buffer parameter: binds symbolic sizes, then checks the tensor against the buffer. */
    private final class BufferBinding implements Binding {
      private final int position;
      private final Buffer buffer;
      private final List<Integer> freeDims = new ArrayList<>();
      private final List<Integer> freeSlots = new ArrayList<>();
      private final int pointerSlot;
      private final int slot;
      private final List<Eval> shape = new ArrayList<>();
      private @Nullable SizeBinder strides;
      private @Nullable SizeBinder offset;

      BufferBinding(int position, Buffer buffer) {
        this.position = position;
        this.buffer = buffer;
        this.pointerSlot = slots.define(buffer.data());
        this.slot = slots.define(buffer);
      }

      void bindFreeSizes() {
        for (int d = 0; d < buffer.rank(); d++) {
          if (buffer.shape().get(d) instanceof Var size && slots.find(size) == null) {
            freeDims.add(d);
            freeSlots.add(slots.define(size));
          }
        }
      }

      void checkSizes(ExprCompiler exprs) {
        for (Expr dim : buffer.shape()) {
          shape.add(exprs.compile(dim));
        }
        // Tensors are compact and begin at their first element.
        String name = "'" + buffer.name() + "' (its tensor is compact)";
        strides = new SizeBinder(exprs, "the strides of " + name, buffer.strides());
        offset = new SizeBinder(exprs, "the offset of " + name, List.of(buffer.elemOffset()));
        bindings.add(
            (f, args) -> {
              if (args.get(position) instanceof Pointer pointer) {
                bindPointer(f, pointer);
                return;
              }
              long[] actual = actualShape(args);
              bindLayout(f, actual);
              for (int d = 0; d < actual.length; d++) {
                long wanted = shape.get(d).asLong(f);
                if (wanted != actual[d]) {
                  throw mismatch(
                      args, "dimension " + d + " must be " + wanted + ", got " + actual[d]);
                }
              }
            });
      }

      private void bindLayout(Frame frame, long[] dims) {
        if (strides != null && offset != null) {
          strides.bind(frame, BoundBuffer.compactStrides(dims), dims);
          offset.bind(frame, new long[] {0});
        }
      }

      /** A pointer (from a call within the module) has no shape: the declared one holds. */
      private void bindPointer(Frame frame, Pointer pointer) {
        long[] dims = new long[shape.size()];
        for (int d = 0; d < dims.length; d++) {
          dims[d] = shape.get(d).asLong(frame);
        }
        bindLayout(frame, dims);
        long offset = pointer.byteOffset / buffer.dtype().bytes();
        frame.objects[pointerSlot] = pointer.memory;
        frame.objects[slot] =
            new BoundBuffer(
                pointer.memory, buffer.dtype(), offset, dims, BoundBuffer.compactStrides(dims));
      }

      @Override
      public void bind(Frame frame, List<?> args) {
        if (args.get(position) instanceof Pointer) {
          return;
        }
        long[] actual = actualShape(args);
        for (int i = 0; i < freeDims.size(); i++) {
          frame.ints[freeSlots.get(i)] = actual[freeDims.get(i)];
        }
        Tensor tensor = (Tensor) args.get(position);
        Memory memory = Memory.of(tensor.data(), tensor.dtype(), buffer.name());
        frame.objects[pointerSlot] = memory;
        frame.objects[slot] =
            new BoundBuffer(memory, buffer.dtype(), 0, actual, BoundBuffer.compactStrides(actual));
      }

      private long[] actualShape(List<?> args) {
        Object arg = args.get(position);
        if (!(arg instanceof Tensor tensor)) {
          throw mismatch(args, "it must be a tensor");
        }
        if (!tensor.dtype().equals(buffer.dtype().scalar())
            && !tensor.dtype().equals(buffer.dtype())) {
          throw mismatch(args, "its dtype must be " + buffer.dtype());
        }
        if (tensor.rank() != buffer.rank()) {
          throw mismatch(args, "it must have " + buffer.rank() + " dimensions");
        }
        return tensor.shape();
      }

      private InputException mismatch(List<?> args, String what) {
        Object arg = args.get(position);
        String got = arg instanceof Tensor t ? t.dtype() + Arrays.toString(t.shape()) : "" + arg;
        return new InputException(
            "argument " + position + " ('" + buffer.name() + "') is " + got + ": " + what,
            function.globalSymbol("main"),
            "");
      }
    }
  }
}
