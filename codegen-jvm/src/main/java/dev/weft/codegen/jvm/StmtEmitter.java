package dev.weft.codegen.jvm;

import dev.weft.base.DType;
import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.ForKind;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Range;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ConstantDescs;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Writes the statements of a block of threads whose threads are loops already. */
final class StmtEmitter {
  private final Frame frame;
  private final CodeBuilder out;
  private final ExprEmitter exprs;
  private final Methods methods;
  private final Deque<Label> ends = new ArrayDeque<>();
  private final Deque<Label> nexts = new ArrayDeque<>();

  StmtEmitter(Frame frame, Methods methods) {
    this.frame = frame;
    this.out = frame.out;
    this.exprs = new ExprEmitter(frame);
    this.methods = methods;
  }

  /** Writes a statement. */
  void emit(Stmt node) {
    switch (node) {
      case Stmt.Let(Var v, Expr value, Stmt body) -> {
        exprs.value(value);
        out.storeLocal(Carrier.of(v.dtype()).kind, frame.declare(v));
        frame.analyzer.bind(v, value);
        emit(body);
      }
      case Stmt.Attr(AttrValue about, String key, Expr value, Stmt body) -> emit(body);
      case Stmt.Assert(Expr condition, Expr message, Stmt body) -> {
        Label fails = out.newLabel();
        Label holds = out.newLabel();
        exprs.unless(condition, fails);
        out.goto_(holds).labelBinding(fails);
        out.loadConstant(message instanceof Expr.StringImm(String text) ? text : "an assertion");
        frame.runtime("fail", ConstantDescs.CD_void, ConstantDescs.CD_String);
        out.labelBinding(holds);
        emit(body);
      }
      case Stmt.Store store ->
          exprs.memory().store(store.buffer(), store.indices(), store.predicate(), store.value());
      case Stmt.Allocate allocate -> allocate(allocate);
      case Stmt.AllocateConst constant ->
          throw ExprEmitter.refuse("the constant '" + constant.data().name() + "' in a kernel");
      case Stmt.DeclBuffer(Buffer buffer, Stmt body) -> emit(body);
      case Stmt.Seq(List<Stmt> stmts) -> stmts.forEach(this::emit);
      case Stmt.Evaluate(Expr value) -> evaluate(value);
      case Stmt.If(Expr condition, Stmt then, Stmt otherwise) -> {
        Label no = out.newLabel();
        exprs.unless(condition, no);
        emit(then);
        if (otherwise == null) {
          out.labelBinding(no);
        } else {
          Label end = out.newLabel();
          out.goto_(end).labelBinding(no);
          emit(otherwise);
          out.labelBinding(end);
        }
      }
      case Stmt.For loop -> {
        if (methods.isOwn(loop)) {
          methods.call(frame, loop);
        } else {
          loop(loop);
        }
      }
      case Stmt.While(Expr condition, Stmt body) -> {
        Label top = out.newBoundLabel();
        Label end = out.newLabel();
        exprs.unless(condition, end);
        ends.push(end);
        nexts.push(top);
        emit(body);
        nexts.pop();
        ends.pop();
        out.goto_(top).labelBinding(end);
      }
      case Stmt.Break b -> out.goto_(ends.getFirst());
      case Stmt.Continue c -> out.goto_(nexts.getFirst());
      case Stmt.ThreadGroup group ->
          throw ExprEmitter.refuse("the thread group '" + group.role() + "'");
      case Stmt.Block block -> throw ExprEmitter.refuse("the block '" + block.name() + "'");
      case Stmt.BlockRealize realize ->
          throw ExprEmitter.refuse("the block '" + realize.block().name() + "'");
    }
  }

  /** Writes a loop in this method. */
  void loop(Stmt.For loop) {
    if (loop.kind() == ForKind.THREAD_BINDING) {
      throw ExprEmitter.refuse("the thread-bound loop '" + loop.var().name() + "'");
    }
    Carrier carrier = Carrier.of(loop.var().dtype());
    exprs.value(loop.min());
    int counter = frame.declare(loop.var());
    out.storeLocal(carrier.kind, counter);
    Expr end = Expr.add(loop.min(), loop.extent());
    boolean constant = end instanceof Expr.IntImm;
    int limit = -1;
    if (!constant) {
      exprs.value(end);
      limit = out.allocateLocal(carrier.kind);
      out.storeLocal(carrier.kind, limit);
    }
    frame.analyzer.bind(loop.var(), new Range(loop.min(), loop.extent()));
    Label top = out.newBoundLabel();
    Label next = out.newLabel();
    Label done = out.newLabel();
    out.loadLocal(carrier.kind, counter);
    if (constant) {
      exprs.value(end);
    } else {
      out.loadLocal(carrier.kind, limit);
    }
    if (carrier == Carrier.LONG) {
      out.lcmp().ifge(done);
    } else {
      out.if_icmpge(done);
    }
    ends.push(done);
    nexts.push(next);
    emit(loop.body());
    nexts.pop();
    ends.pop();
    out.labelBinding(next);
    if (carrier == Carrier.LONG) {
      out.lload(counter).lconst_1().ladd().lstore(counter);
    } else {
      out.iinc(counter, 1);
    }
    out.goto_(top).labelBinding(done);
  }

  private void allocate(Stmt.Allocate allocate) {
    DType element = allocate.dtype();
    Var data = allocate.data();
    if (methods.isVariable(allocate)) {
      Carrier carrier = Carrier.of(element);
      int slot = out.allocateLocal(carrier.kind);
      switch (carrier) {
        case INT -> out.iconst_0();
        case LONG -> out.lconst_0();
        case FLOAT -> out.fconst_0();
        case DOUBLE -> out.dconst_0();
      }
      out.storeLocal(carrier.kind, slot);
      frame.place(data, new Storage.Variable(slot, element));
    } else {
      out.loadConstant((int) Methods.elements(allocate));
      out.newarray(ElementType.of(element).kind);
      int slot = out.allocateLocal(TypeKind.REFERENCE);
      out.astore(slot);
      frame.place(data, new Storage.Array(slot, element));
    }
    emit(allocate.body());
  }

  private void evaluate(Expr value) {
    if (value instanceof Expr.IntImm
        || (value instanceof Expr.Call call
            && (call.is(Intrinsic.ASSUME) || call.is(Intrinsic.PREFETCH)))) {
      return;
    }
    exprs.value(value);
    if (Carrier.of(value.dtype()).kind.slotSize() == 2) {
      out.pop2();
    } else {
      out.pop();
    }
  }
}
