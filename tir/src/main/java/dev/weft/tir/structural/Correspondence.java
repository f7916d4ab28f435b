package dev.weft.tir.structural;

import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.Substitute;
import dev.weft.tir.Var;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Which variable and buffer of the left side stands for which of the right, one to one. */
final class Correspondence {
  private final Map<Var, Var> vars = new HashMap<>();
  private final Map<Var, Var> varsBack = new HashMap<>();
  private final Map<Buffer, Buffer> buffers = new HashMap<>();
  private final Map<Buffer, Buffer> buffersBack = new HashMap<>();

  /** Compares the body of a let and forgets its variables, which mean nothing behind it. */
  boolean within(BooleanSupplier body, Var a, Var b) {
    boolean equal = body.getAsBoolean();
    vars.remove(a);
    varsBack.remove(b);
    return equal;
  }

  boolean knows(Var a, Var b) {
    return vars.containsKey(a) || varsBack.containsKey(b);
  }

  boolean knows(Buffer a, Buffer b) {
    return buffers.containsKey(a) || buffersBack.containsKey(b);
  }

  boolean agree(Var a, Var b) {
    return vars.get(a) == b && varsBack.get(b) == a;
  }

  boolean agree(Buffer a, Buffer b) {
    return buffers.get(a) == b && buffersBack.get(b) == a;
  }

  /** Binds two variables to each other; what either was bound to before is forgotten. */
  boolean bind(Var a, Var b) {
    rebind(vars, varsBack, a, b);
    return true;
  }

  /** Binds two buffers to each other. */
  boolean bind(Buffer a, Buffer b) {
    rebind(buffers, buffersBack, a, b);
    return true;
  }

  private static <T> void rebind(Map<T, T> there, Map<T, T> back, T a, T b) {
    @Nullable T oldB = there.put(a, b);
    if (oldB != null && oldB != b) {
      back.remove(oldB);
    }
    @Nullable T oldA = back.put(b, a);
    if (oldA != null && oldA != a) {
      there.remove(oldA);
    }
  }

  /** A left-hand expression over the right-hand side's variables and buffers. */
  Expr renamed(Expr left) {
    return Substitute.in(left, vars, buffers);
  }
}
