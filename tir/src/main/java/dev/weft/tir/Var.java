package dev.weft.tir;

import dev.weft.base.DType;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A variable: a loop or block variable, a symbolic size, a let-bound value, or the data pointer of
 * a buffer. Identity counts, not the name: two variables called {@code i} are different variables.
 */
public final class Var implements Expr {
  private static final AtomicLong CREATED = new AtomicLong();

  private final long serial = CREATED.getAndIncrement();
  private final String name;
  private final DType dtype;
  private final @Nullable PointerType pointer;

  /**
   * What a pointer variable points to.
   *
   * @param element the pointee's type
   * @param scope the memory pointed into
   */
  public record PointerType(DType element, Scope scope) {}

  private Var(String name, DType dtype, @Nullable PointerType pointer) {
    this.name = name;
    this.dtype = dtype;
    this.pointer = pointer;
  }

  /** A new variable. */
  public static Var of(String name, DType dtype) {
    return new Var(name, dtype, null);
  }

  /** A new int32 variable, what loops and blocks use. */
  public static Var int32(String name) {
    return new Var(name, DType.INT32, null);
  }

  /** A new pointer variable. */
  public static Var pointer(String name, DType element, Scope scope) {
    return new Var(name, DType.HANDLE, new PointerType(element, scope));
  }

  /** The name, which need not be unique; printers make it so. */
  public String name() {
    return name;
  }

  @Override
  public DType dtype() {
    return dtype;
  }

  /** The pointer type; null for anything but a typed pointer. */
  public @Nullable PointerType pointerType() {
    return pointer;
  }

  /**
   * How many variables were made before this one: an order among variables of one name that, unlike
   * identity hashes, is the same in every run of a program.
   */
  public long serial() {
    return serial;
  }

  /** A new variable of the same type under another name. */
  public Var renamed(String newName) {
    return new Var(newName, dtype, pointer);
  }

  /** A new variable of the same name and another dtype. */
  public Var withDtype(DType newDtype) {
    return new Var(name, newDtype, pointer);
  }

  @Override
  public String toString() {
    return name;
  }
}
