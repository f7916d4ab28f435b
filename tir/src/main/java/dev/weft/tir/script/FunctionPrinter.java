package dev.weft.tir.script;

import dev.weft.tir.AttrValue;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IRModule;
import dev.weft.tir.Ordered;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Functions and modules as text. */
final class FunctionPrinter {
  private final Lines out = new Lines();
  private final PrintOptions options;
  private final Set<Object> underline = Collections.newSetFromMap(new IdentityHashMap<>());
  private final Map<Stmt, Integer> starts = new IdentityHashMap<>();

  FunctionPrinter(PrintOptions options) {
    this.options = options;
    underline.addAll(options.underline());
  }

  String module(IRModule module) {
    return modules(Map.of("Module", module));
  }

  /** Modules by the names of their classes. */
  String modules(Map<String, IRModule> modules) {
    out.line("# from tvm.script import ir as I");
    out.line("# from tvm.script import tir as T");
    modules.forEach(this::module);
    return out.toString();
  }

  private void module(String name, IRModule module) {
    out.line("");
    out.line("@I.ir_module");
    out.line("class " + NameTable.identifier(name) + ":");
    out.indented(
        () -> {
          if (!module.attrs().isEmpty()) {
            ExprPrinter exprs = new ExprPrinter(new NameTable(), underline);
            out.line("I.module_attrs(" + exprs.dictionary(module.attrs()) + ")");
          } else if (module.functions().isEmpty()) {
            out.line("pass");
          }
          boolean first = module.attrs().isEmpty();
          for (Map.Entry<String, PrimFunc> entry : module.functions().entrySet()) {
            if (!first) {
              out.line("");
            }
            first = false;
            definition(entry.getKey(), entry.getValue());
          }
        });
  }

  String function(PrimFunc function) {
    out.line("# from tvm.script import tir as T");
    out.line("");
    definition(function.globalSymbol("main"), function);
    return out.toString();
  }

  /** The number of the line in which each statement printed so far begins, by identity. */
  Map<Stmt, Integer> starts() {
    return starts;
  }

  String stmt(Stmt stmt) {
    StmtPrinter stmts = new StmtPrinter(out, new NameTable(), options.dialect(), underline, starts);
    stmts.declareFree(Usage.of(stmt));
    stmts.statements(stmt);
    return out.toString();
  }

  String expr(Expr expr) {
    out.line(new ExprPrinter(new NameTable(), underline).text(expr));
    return out.toString().stripTrailing();
  }

  private void definition(String name, PrimFunc function) {
    NameTable names = new NameTable();
    StmtPrinter stmts = new StmtPrinter(out, names, options.dialect(), underline, starts);
    out.line("@T.prim_func" + decoratorArguments(function));
    Usage usage = Usage.of(function.body());
    List<Var> handles = new ArrayList<>();
    String params = params(function, names, stmts, usage, handles);
    String header = "def " + NameTable.identifier(name) + "(" + params + "):";
    out.line(underline.contains(function) ? Lines.marked(header) : header);
    out.indented(
        () -> {
          Map<String, AttrValue> attrs = function.attrs();
          if (attrs.get(PrimFunc.GLOBAL_SYMBOL) instanceof Expr.StringImm(String symbol)
              && symbol.equals(NameTable.identifier(name))) {
            attrs = Ordered.without(attrs, PrimFunc.GLOBAL_SYMBOL);
          }
          if (!attrs.isEmpty()) {
            out.line("T.func_attr(" + stmts.exprs().dictionary(attrs) + ")");
          }
          for (Var handle : handles) {
            Buffer buffer = function.bufferMap().get(handle);
            if (buffer != null) {
              String source = names.text(handle);
              out.line(
                  stmts.buffers().declare(buffer, "T.match_buffer", source, true).assignment());
            }
          }
          stmts.declareFree(usage);
          body(function.body(), stmts);
        });
  }

  private static String decoratorArguments(PrimFunc function) {
    List<String> args = new ArrayList<>();
    if (!function.attrs().containsKey(PrimFunc.GLOBAL_SYMBOL)) {
      args.add("private=True");
    }
    boolean implied =
        function.body() instanceof Stmt.BlockRealize realize && ImplicitRoot.isImplied(realize);
    if (!implied && ImplicitRoot.isAdded(List.of(), function.body())) {
      args.add("implicit_root=False");
    }
    return args.isEmpty() ? "" : "(" + String.join(", ", args) + ")";
  }

  /** The signature; the handles that need a {@code match_buffer} of their own are collected. */
  private static String params(
      PrimFunc function, NameTable names, StmtPrinter stmts, Usage usage, List<Var> handles) {
    List<String> texts = new ArrayList<>();
    for (Var param : function.params()) {
      Buffer buffer = function.bufferMap().get(param);
      boolean sugar =
          buffer != null
              && BufferPrinter.isSimple(buffer)
              && !usage.mentions(param)
              && param.pointerType() == null
              && !names.knows(buffer.data());
      if (sugar && buffer != null) {
        String name = names.declare(buffer);
        names.define(buffer.data(), name + ".data");
        texts.add(name + ": " + stmts.buffers().signature(buffer));
      } else {
        texts.add(names.declare(param) + ": " + Literals.type(param));
        handles.add(param);
      }
    }
    return String.join(", ", texts);
  }

  private void body(Stmt body, StmtPrinter stmts) {
    if (body instanceof Stmt.BlockRealize realize && ImplicitRoot.isImplied(realize)) {
      Stmt.Block root = realize.block();
      stmts.blocks().rootComment(underline.contains(realize) || underline.contains(root));
      stmts.blocks().allocations(root);
      stmts.statements(root.body());
    } else {
      stmts.statements(body);
    }
  }
}
