package dev.weft.codegen.jvm;

import dev.weft.base.DType;
import dev.weft.lowering.LoweringException;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes one kernel: the loop over blocks, and a method that carries out one block. */
final class KernelEmitter {
  private final ClassBuilder out;
  private final ClassDesc self;
  private final String name;
  private final PrimFunc kernel;
  private final Map<IterVar, Expr> grid = new LinkedHashMap<>();
  private final Map<IterVar, Expr> block = new LinkedHashMap<>();
  private final List<ClassDesc> paramTypes = new ArrayList<>();

  KernelEmitter(ClassBuilder out, ClassDesc self, String name, PrimFunc kernel) {
    this.out = out;
    this.self = self;
    this.name = name;
    this.kernel = kernel;
    for (Var param : kernel.params()) {
      boolean isBuffer = kernel.bufferMap().containsKey(param);
      paramTypes.add(isBuffer ? Frame.SEGMENT : Carrier.of(param.dtype()).type);
    }
  }

  void emit() {
    Stmt body = withoutAxes(kernel.body());
    try {
      blocks();
      oneBlock(ThreadLoops.of(body, block, name));
    } catch (LoweringException e) {
      throw e.where().isEmpty()
          ? new LoweringException(e.what(), "kernel '" + name + "'", e.remedy(), e)
          : e;
    }
  }

  /** Collects the axes of grid and block from the attributes around the body. */
  private Stmt withoutAxes(Stmt node) {
    if (node instanceof Stmt.Attr(IterVar axis, String key, Expr extent, Stmt body)
        && key.equals("thread_extent")
        && axis.thread() != null) {
      boolean isGrid = axis.thread().level == ThreadTag.Level.GRID;
      (isGrid ? grid : block).put(axis, extent);
      return withoutAxes(body);
    }
    return node;
  }

  /** {@code for (b = from; b < to; b++) block(b % gx, b / gx % gy, b / gx / gy, …)}. */
  private void blocks() {
    List<ClassDesc> types = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      types.add(ConstantDescs.CD_long);
    }
    types.addAll(paramTypes);
    out.withMethodBody(
        name,
        MethodTypeDesc.of(ConstantDescs.CD_void, types),
        ClassFile.ACC_STATIC | ClassFile.ACC_PUBLIC,
        this::blockLoop);
  }

  private void blockLoop(CodeBuilder code) {
    Label top = code.newBoundLabel();
    Label done = code.newLabel();
    code.lload(0).lload(2).lcmp().ifge(done);
    code.lload(0).lload(4).lrem();
    code.lload(0).lload(4).ldiv().lload(6).lrem();
    code.lload(0).lload(4).ldiv().lload(6).ldiv();
    int slot = 8;
    for (ClassDesc type : paramTypes) {
      TypeKind kind = TypeKind.from(type);
      code.loadLocal(kind, slot);
      slot += kind.slotSize();
    }
    code.invokestatic(self, name + "$block", blockType());
    code.lload(0).lconst_1().ladd().lstore(0).goto_(top).labelBinding(done).return_();
  }

  private MethodTypeDesc blockType() {
    List<ClassDesc> types = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      types.add(ConstantDescs.CD_long);
    }
    types.addAll(paramTypes);
    return MethodTypeDesc.of(ConstantDescs.CD_void, types);
  }

  private void oneBlock(Stmt body) {
    Analyzer analyzer = new Analyzer();
    Methods methods = new Methods(out, self, name, analyzer, body);
    out.withMethodBody(
        name + "$block",
        blockType(),
        ClassFile.ACC_STATIC | ClassFile.ACC_PRIVATE,
        code -> {
          Frame frame = new Frame(code, analyzer);
          int slot = 6;
          for (Var param : kernel.params()) {
            Buffer buffer = kernel.bufferMap().get(param);
            if (buffer == null) {
              frame.place(param, slot);
              slot += Carrier.of(param.dtype()).kind.slotSize();
            } else {
              frame.place(buffer.data(), new Storage.Segment(slot));
              slot++;
            }
          }
          grid.forEach(
              (axis, extent) -> {
                ThreadTag tag = axis.thread();
                if (tag != null) {
                  code.lload(2 * tag.axis);
                  if (axis.var().dtype().equals(DType.INT32)) {
                    code.l2i();
                  }
                  code.storeLocal(Carrier.of(axis.var().dtype()).kind, frame.declare(axis.var()));
                  analyzer.bind(axis.var(), Range.upTo(extent));
                }
              });
          new StmtEmitter(frame, methods).emit(body);
          code.return_();
        });
    methods.finish();
  }
}
