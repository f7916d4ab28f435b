package dev.weft.tir;

/** What an {@link Expr.Call} calls: a built-in or a function of the module. */
public sealed interface Callee permits Intrinsic, Callee.GlobalVar {
  /** A function of the module, by name. */
  record GlobalVar(String name) implements Callee {}
}
