package dev.weft.tir.script;

import dev.weft.tir.AttrValue;
import dev.weft.tir.Expr;
import dev.weft.tir.IRModule;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a text: modules, functions outside modules, imports and constants. */
final class ModuleReader {
  private final Source source;
  private final Conversions convert;
  private final Map<String, Value> globals = new LinkedHashMap<>();
  private final Map<String, IRModule> modules = new LinkedHashMap<>();
  private final Map<String, PrimFunc> functions = new LinkedHashMap<>();

  ModuleReader(Source source) {
    this.source = source;
    this.convert = new Conversions(source);
    for (Syntax.Statement statement : SyntaxParser.parse(source)) {
      topLevel(statement);
    }
  }

  Map<String, IRModule> modules() {
    return modules;
  }

  /** The functions outside modules. */
  Map<String, PrimFunc> functions() {
    return functions;
  }

  private void topLevel(Syntax.Statement statement) {
    switch (statement) {
      case Syntax.Import(_, String module, String alias) -> imported(module, alias);
      case Syntax.ClassDef def -> modules.put(def.name(), module(def));
      case Syntax.Def def -> functions.put(def.name(), function(def, null));
      case Syntax.Assign(_, Syntax.Name(_, String name), var value) ->
          globals.put(name, exprs(bindings()).value(value));
      case Syntax.Annotated(_, Syntax.Name(_, String name), var _, var value) when value != null ->
          globals.put(name, exprs(bindings()).value(value));
      case Syntax.ExpressionStatement(_, Syntax.StringLiteral _), Syntax.Pass _ -> {}
      case Syntax.ExpressionStatement _,
          Syntax.Assign _,
          Syntax.Annotated _,
          Syntax.Augmented _,
          Syntax.For _,
          Syntax.While _,
          Syntax.If _,
          Syntax.With _,
          Syntax.Assert _,
          Syntax.Return _,
          Syntax.Break _,
          Syntax.Continue _ ->
          throw convert.error(
              statement,
              "a statement outside of functions",
              "expected @T.prim_func, @I.ir_module, an import or a constant");
    }
  }

  /** Names that imports give to the script language; other modules mean nothing here. */
  private void imported(String module, String alias) {
    String known = ScriptNames.imported(module);
    if (known != null) {
      globals.put(alias, new Value.Builtin(known));
    }
  }

  private Bindings bindings() {
    Bindings bindings = new Bindings();
    globals.forEach(bindings::define);
    return bindings;
  }

  private ExprReader exprs(Bindings bindings) {
    return new ExprReader(convert, bindings);
  }

  private IRModule module(Syntax.ClassDef def) {
    requireDecorator(def.decorators(), "ir_module", def, "@I.ir_module");
    Map<String, PrimFunc> members = new LinkedHashMap<>();
    Map<String, AttrValue> attrs = new LinkedHashMap<>();
    for (Syntax.Statement statement : def.body()) {
      switch (statement) {
        case Syntax.Def function -> members.put(function.name(), function(function, def.name()));
        case Syntax.ExpressionStatement(_, Syntax.Call call)
            when last(call.function()).equals("module_attrs") -> {
          Arguments args = exprs(bindings()).arguments(call, "module_attrs");
          attrs.putAll(convert.attrs(args.need("attrs"), call));
          args.done();
        }
        case Syntax.ExpressionStatement(_, Syntax.Call call)
            when last(call.function()).equals("module_global_infos") -> {
          Arguments args = exprs(bindings()).arguments(call, "module_global_infos");
          if (!convert.attrs(args.need("infos"), call).isEmpty()) {
            throw convert.error(call, "devices of a module are not supported", "leave it out");
          }
          args.done();
        }
        case Syntax.ExpressionStatement(_, Syntax.StringLiteral _), Syntax.Pass _ -> {}
        case Syntax.Assign(_, Syntax.Name(_, String name), var value) ->
            globals.put(name, exprs(bindings()).value(value));
        case Syntax.ExpressionStatement _,
            Syntax.Assign _,
            Syntax.Annotated _,
            Syntax.Augmented _,
            Syntax.For _,
            Syntax.While _,
            Syntax.If _,
            Syntax.With _,
            Syntax.Assert _,
            Syntax.Return _,
            Syntax.Break _,
            Syntax.Continue _,
            Syntax.Import _,
            Syntax.ClassDef _ ->
            throw convert.error(
                statement, "a statement within a module", "expected functions with @T.prim_func");
      }
    }
    return new IRModule(members, attrs);
  }

  private PrimFunc function(Syntax.Def def, @Nullable String moduleName) {
    Syntax.Expression decorator =
        requireDecorator(def.decorators(), "prim_func", def, "@T.prim_func");
    Bindings bindings = bindings();
    if (moduleName != null) {
      bindings.define("cls", new Value.Module());
      bindings.define(moduleName, new Value.Module());
    }
    ExprReader exprs = exprs(bindings);
    FunctionHeader header = new FunctionHeader(convert, bindings, exprs);
    StmtReader stmts = new StmtReader(convert, bindings, exprs, header);
    def.params().forEach(param -> header.param(param, stmts.buffers()));
    Value noRoot = decoratorArgument(decorator, "implicit_root", exprs);
    Stmt body = stmts.function(def.body(), !new Value.PyBool(false).equals(noRoot));
    Map<String, AttrValue> attrs = new LinkedHashMap<>();
    if (!new Value.PyBool(true).equals(decoratorArgument(decorator, "private", exprs))) {
      attrs.put(PrimFunc.GLOBAL_SYMBOL, new Expr.StringImm(def.name()));
    }
    attrs.putAll(header.attrs);
    return exprs.checked(def, () -> new PrimFunc(header.params, header.bufferMap, attrs, body));
  }

  private static @Nullable Value decoratorArgument(
      Syntax.Expression decorator, String name, ExprReader exprs) {
    if (!(decorator instanceof Syntax.Call call)) {
      return null;
    }
    Syntax.Expression argument = call.keywords().get(name);
    return argument == null ? null : exprs.value(argument);
  }

  private Syntax.Expression requireDecorator(
      List<Syntax.Expression> decorators, String name, Syntax at, String written) {
    for (Syntax.Expression decorator : decorators) {
      Syntax.Expression function =
          decorator instanceof Syntax.Call call ? call.function() : decorator;
      if (last(function).equals(name)) {
        return decorator;
      }
    }
    throw source.error(
        at.at(), "this is not marked as " + written, "write " + written + " on the line before");
  }

  private static String last(Syntax.Expression e) {
    return switch (e) {
      case Syntax.Name(_, String name) -> name;
      case Syntax.Attribute(_, _, String name) -> name;
      default -> "";
    };
  }
}
