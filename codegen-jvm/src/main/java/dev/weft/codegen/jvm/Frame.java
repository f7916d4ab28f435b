package dev.weft.codegen.jvm;

import dev.weft.lowering.LoweringException;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A method that is being written: its instructions, and where its variables are. */
final class Frame {
  static final ClassDesc SEGMENT = ClassDesc.of("java.lang.foreign.MemorySegment");
  static final ClassDesc LAYOUTS = ClassDesc.of("java.lang.foreign.ValueLayout");
  static final ClassDesc MATH = ClassDesc.of("java.lang.Math");

  /** The package that programs are defined in, and the functions that they call. */
  static final String RUNTIME = "dev.weft.runtime.jvm";

  private static final ClassDesc KERNEL_MATH = ClassDesc.of(RUNTIME + ".KernelMath");

  final CodeBuilder out;
  final Analyzer analyzer;
  private final Map<Var, Integer> slots = new HashMap<>();
  private final Map<Var, Storage> memory = new HashMap<>();

  Frame(CodeBuilder out, Analyzer analyzer) {
    this.out = out;
    this.analyzer = analyzer;
  }

  /** Gives a number variable the next free slot. */
  int declare(Var v) {
    int slot = out.allocateLocal(Carrier.of(v.dtype()).kind);
    slots.put(v, slot);
    return slot;
  }

  /** Says that a number variable is in a slot. */
  void place(Var v, int slot) {
    slots.put(v, slot);
  }

  /** Says where the memory behind a pointer is. */
  void place(Var data, Storage where) {
    memory.put(data, where);
  }

  /** The slot of a number variable. */
  int slot(Var v) {
    Integer slot = slots.get(v);
    if (slot == null) {
      throw new LoweringException(
          "the variable '" + v.name() + "' has no value in this kernel",
          "",
          "please report this with the function");
    }
    return slot;
  }

  /** The memory behind a pointer. */
  Storage storage(Var data) {
    Storage where = memory.get(data);
    if (where == null) {
      throw new LoweringException(
          "the pointer '" + data.name() + "' has no memory in this kernel",
          "",
          "please report this with the function");
    }
    return where;
  }

  /** Calls {@code KernelMath}. */
  void runtime(String name, ClassDesc result, ClassDesc... args) {
    out.invokestatic(KERNEL_MATH, name, MethodTypeDesc.of(result, List.of(args)));
  }

  /** Calls {@link Math}. */
  void math(String name, Carrier type, int args) {
    ClassDesc[] types = new ClassDesc[args];
    Arrays.fill(types, type.type);
    out.invokestatic(MATH, name, MethodTypeDesc.of(type.type, types));
  }
}
