package dev.weft.lowering.simt;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Thread groups of a block that run side by side: while one waits at a barrier object, the others
 * go on. One runs at a time, from one wait to the next; which goes first says nothing, since what
 * orders their accesses is followed by {@link AccessHistory.Clock}.
 */
final class Roles {
  private final Machine machine;
  private final Semaphore back = new Semaphore(0);
  private @Nullable Role running;

  Roles(Machine machine) {
    this.machine = machine;
  }

  /** A group on its way through its statement. */
  private static final class Role {
    private final int number;
    private final Semaphore go = new Semaphore(0);
    private BooleanSupplier condition = () -> true;
    private boolean done;
    private boolean givesUp;
    private @Nullable Throwable failure;

    Role(int number) {
      this.number = number;
    }
  }

  /** Runs thread groups until all are through. */
  void run(List<Runnable> bodies) {
    if (running != null || bodies.size() == 1) {
      bodies.forEach(Runnable::run);
      return;
    }
    Lanes before = machine.active;
    List<Role> roles = new ArrayList<>();
    for (Runnable body : bodies) {
      Role role = new Role(roles.size() + 1);
      roles.add(role);
      Thread.ofVirtual().start(() -> carryOut(role, body, before));
    }
    machine.clock.startRoles(roles.size());
    while (roles.stream().anyMatch(role -> !role.done)) {
      boolean moved = false;
      for (Role role : roles) {
        if (!role.done && role.condition.getAsBoolean()) {
          resume(role);
          moved = true;
        }
      }
      if (!moved) {
        Role stuck = roles.stream().filter(role -> !role.done).findFirst().orElseThrow();
        stuck.givesUp = true;
        resume(stuck);
      }
    }
    machine.active = before;
  }

  private void carryOut(Role role, Runnable body, Lanes active) {
    role.go.acquireUninterruptibly();
    try {
      machine.active = active;
      body.run();
    } catch (RuntimeException | Error e) {
      role.failure = e;
    } finally {
      role.done = true;
      back.release();
    }
  }

  private void resume(Role role) {
    running = role;
    machine.clock.enterRole(role.number);
    role.go.release();
    back.acquireUninterruptibly();
    running = null;
    machine.clock.enterRole(0);
    switch (role.failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(role.failure);
    }
  }

  /**
   * Lets the other groups run until a condition holds.
   *
   * @return false if it never will
   */
  boolean await(BooleanSupplier condition) {
    if (condition.getAsBoolean()) {
      return true;
    }
    Role role = running;
    if (role == null) {
      return false;
    }
    Lanes active = machine.active;
    role.condition = condition;
    back.release();
    role.go.acquireUninterruptibly();
    machine.active = active;
    role.condition = () -> true;
    boolean holds = !role.givesUp;
    role.givesUp = false;
    return holds;
  }
}
