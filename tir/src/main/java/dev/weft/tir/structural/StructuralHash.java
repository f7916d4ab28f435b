package dev.weft.tir.structural;

import dev.weft.tir.DeepNesting;
import dev.weft.tir.Expr;
import dev.weft.tir.IRModule;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Stmt;
import java.util.function.Consumer;

/**
 * A 64-bit hash of IR that agrees with {@link StructuralEqual}: equal pieces have equal hashes, in
 * every run of every JVM. Variables and buffers count by the order in which they are met.
 */
public final class StructuralHash {
  private StructuralHash() {}

  /** The hash of an expression. */
  public static long of(Expr node) {
    return hashed(hashing -> hashing.expr(node));
  }

  /** The hash of a statement. */
  public static long of(Stmt node) {
    return hashed(hashing -> hashing.stmt(node));
  }

  /** The hash of a function. */
  public static long of(PrimFunc function) {
    return hashed(hashing -> hashing.function(function));
  }

  /** The hash of a module; the order of its functions does not count. */
  public static long of(IRModule module) {
    Hashing hashing = new Hashing();
    hashing.annotations(module.attrs());
    module.functions().keySet().stream()
        .sorted()
        .forEach(
            name -> {
              hashing.text(name);
              hashing.number(of(module.get(name)));
            });
    return hashing.result();
  }

  private static long hashed(Consumer<Hashing> step) {
    return DeepNesting.run(
        "hashing",
        () -> {
          Hashing hashing = new Hashing();
          step.accept(hashing);
          return hashing.result();
        });
  }
}
