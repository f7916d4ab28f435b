package dev.weft.tir.script;

import dev.weft.tir.DeepNesting;
import dev.weft.tir.Expr;
import dev.weft.tir.IRModule;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * TVMScript in and out. What is printed of a function or module reads back to a structurally equal
 * one.
 */
public final class TvmScript {
  private TvmScript() {}

  /** A module as text. */
  public static String print(IRModule module) {
    return print(module, PrintOptions.DEFAULT);
  }

  /** A module as text. */
  public static String print(IRModule module, PrintOptions options) {
    return DeepNesting.run("printing", () -> new FunctionPrinter(options).module(module));
  }

  /** A function as text, and which statement stands in which line. */
  public static PrintedFunction printWithLines(PrimFunc function) {
    FunctionPrinter printer = new FunctionPrinter(PrintOptions.DEFAULT);
    return new PrintedFunction(printer.function(function), printer.starts());
  }

  /** Several modules as one text, each under the name of its class. */
  public static String print(Map<String, IRModule> modules, PrintOptions options) {
    return new FunctionPrinter(options).modules(modules);
  }

  /** A function as text, under its {@code global_symbol} or the name {@code main}. */
  public static String print(PrimFunc function) {
    return print(function, PrintOptions.DEFAULT);
  }

  /** A function as text, under its {@code global_symbol} or the name {@code main}. */
  public static String print(PrimFunc function, PrintOptions options) {
    return DeepNesting.run("printing", () -> new FunctionPrinter(options).function(function));
  }

  /** A statement as text; what it mentions without declaring it is declared on lines before. */
  public static String print(Stmt stmt) {
    return print(stmt, PrintOptions.DEFAULT);
  }

  /** A statement as text; what it mentions without declaring it is declared on lines before. */
  public static String print(Stmt stmt, PrintOptions options) {
    return DeepNesting.run("printing", () -> new FunctionPrinter(options).stmt(stmt));
  }

  /** An expression as text, in one line without line end. */
  public static String print(Expr expr) {
    return print(expr, PrintOptions.DEFAULT);
  }

  /** An expression as text. */
  public static String print(Expr expr, PrintOptions options) {
    return DeepNesting.run("printing", () -> new FunctionPrinter(options).expr(expr));
  }

  /** As {@link #parseModule(String, String)}, for a text without a file. */
  public static IRModule parseModule(String text) {
    return parseModule(text, "<script>");
  }

  /**
   * The module of a text; functions outside of a module count as one.
   *
   * @param fileName what errors call the text
   * @throws ScriptException if the text can't be read, or has several modules
   */
  public static IRModule parseModule(String text, String fileName) {
    Source source = new Source(fileName, text);
    ModuleReader reader = read(source);
    Map<String, IRModule> modules = reader.modules();
    if (modules.size() == 1 && reader.functions().isEmpty()) {
      return modules.values().iterator().next();
    }
    if (modules.isEmpty() && !reader.functions().isEmpty()) {
      return new IRModule(reader.functions(), Map.of());
    }
    throw source.error(
        new Source.Place(1, 1, 1),
        "the text has modules "
            + modules.keySet()
            + " and functions outside of them "
            + reader.functions().keySet(),
        "expected one class with @I.ir_module, or functions with @T.prim_func");
  }

  /**
   * All modules of a text by the names of their classes; functions outside of them are in the
   * module {@code Module}.
   *
   * @throws ScriptException if the text can't be read
   */
  public static Map<String, IRModule> parseModules(String text, String fileName) {
    ModuleReader reader = read(new Source(fileName, text));
    if (reader.functions().isEmpty()) {
      return reader.modules();
    }
    Map<String, IRModule> modules = new LinkedHashMap<>(reader.modules());
    IRModule module = modules.getOrDefault("Module", new IRModule(Map.of(), Map.of()));
    modules.put("Module", withAll(module, reader.functions()));
    return modules;
  }

  private static IRModule withAll(IRModule module, Map<String, PrimFunc> functions) {
    IRModule all = module;
    for (Map.Entry<String, PrimFunc> function : functions.entrySet()) {
      all = all.with(function.getKey(), function.getValue());
    }
    return all;
  }

  /** As {@link #parseFunction(String, String)}, for a text without a file. */
  public static PrimFunc parseFunction(String text) {
    return parseFunction(text, "<script>");
  }

  /**
   * The only function of a text, within a module or not.
   *
   * @throws ScriptException if the text can't be read, or has not exactly one function
   */
  public static PrimFunc parseFunction(String text, String fileName) {
    IRModule module = parseModule(text, fileName);
    if (module.functions().size() != 1) {
      throw new Source(fileName, text)
          .error(
              new Source.Place(1, 1, 1),
              "the text has functions " + module.functions().keySet(),
              "expected one");
    }
    return module.functions().values().iterator().next();
  }

  private static ModuleReader read(Source source) {
    return DeepNesting.run("reading", () -> new ModuleReader(source));
  }
}
