package dev.weft.tir;

import dev.weft.base.WeftException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * Carries out recursions over texts and IR that are nested more deeply than the caller's stack has
 * room for, such as sums of thousands of terms: what overflows is done again on a larger stack.
 */
public final class DeepNesting {
  private static final long STACK_BYTES = 256L << 20;

  private DeepNesting() {}

  /**
   * The result of a computation without side effects.
   *
   * @param what names the computation in the error
   * @throws WeftException if even the larger stack has no room
   */
  public static <T> T run(String what, Supplier<T> computation) {
    try {
      return computation.get();
    } catch (StackOverflowError e) {
      return onLargeStack(what, computation);
    }
  }

  private static <T> T onLargeStack(String what, Supplier<T> computation) {
    FutureTask<T> task = new FutureTask<>(computation::get);
    Thread thread = new Thread(null, task, "weft-" + what, STACK_BYTES);
    thread.setDaemon(true);
    thread.start();
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NestingException(what + " was interrupted", "try again");
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case StackOverflowError _ ->
            throw new NestingException(
                what + ": nested too deeply", "name parts of the expression by lets");
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }

  private static final class NestingException extends WeftException {
    private static final long serialVersionUID = 1L;

    NestingException(String what, String remedy) {
      super(what, "", remedy);
    }
  }
}
