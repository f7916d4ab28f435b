package dev.weft.tir.script;

import dev.weft.tir.Expr;
import dev.weft.tir.IRModule;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;

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
    return new FunctionPrinter(options).module(module);
  }

  /** A function as text, under its {@code global_symbol} or the name {@code main}. */
  public static String print(PrimFunc function) {
    return print(function, PrintOptions.DEFAULT);
  }

  /** A function as text, under its {@code global_symbol} or the name {@code main}. */
  public static String print(PrimFunc function, PrintOptions options) {
    return new FunctionPrinter(options).function(function);
  }

  /** A statement as text; what it mentions without declaring it is declared on lines before. */
  public static String print(Stmt stmt) {
    return print(stmt, PrintOptions.DEFAULT);
  }

  /** A statement as text; what it mentions without declaring it is declared on lines before. */
  public static String print(Stmt stmt, PrintOptions options) {
    return new FunctionPrinter(options).stmt(stmt);
  }

  /** An expression as text, in one line without line end. */
  public static String print(Expr expr) {
    return print(expr, PrintOptions.DEFAULT);
  }

  /** An expression as text. */
  public static String print(Expr expr, PrintOptions options) {
    return new FunctionPrinter(options).expr(expr);
  }
}
