package dev.weft.runtime;

import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The native things that belong to one device, for backends: each is released exactly once, by its
 * own {@code close}, by a cleaner when its owner was dropped, or when the device closes (latest
 * first); and never while another thread is using it.
 */
public final class NativeHandles implements AutoCloseable {
  private static final Cleaner CLEANER = Cleaner.create();

  private final Set<Handle> live = new LinkedHashSet<>();
  private boolean closed;

  /** No handles yet. */
  public NativeHandles() {}

  /**
   * Registers something native.
   *
   * @param owner the object whose unreachability releases it
   * @param what the thing's name for errors about its use after {@code close}
   * @param release frees it; must not refer to {@code owner}
   * @throws DeviceException if the device is closed; then {@code release} has run
   */
  public Handle register(Object owner, String what, Runnable release) {
    Handle handle = new Handle(what, release);
    boolean tooLate;
    synchronized (this) {
      tooLate = closed;
      if (!tooLate) {
        live.add(handle);
      }
    }
    if (tooLate) {
      release.run();
      throw new DeviceException("the device is closed", what, "open the device again");
    }
    handle.cleanable = CLEANER.register(owner, handle::retire);
    return handle;
  }

  private synchronized void forget(Handle handle) {
    live.remove(handle);
  }

  /** Whether {@link #close} was called. */
  public synchronized boolean isClosed() {
    return closed;
  }

  /** Retires everything that is left, the latest first. */
  @Override
  public void close() {
    List<Handle> rest;
    synchronized (this) {
      closed = true;
      rest = new ArrayList<>(live);
    }
    rest.reversed().forEach(Handle::close);
  }

  /** One registered thing. */
  public final class Handle implements AutoCloseable {
    private final String what;
    private final Runnable release;
    private int users;
    private boolean retired;
    private boolean released;
    private Cleaner.@org.jspecify.annotations.Nullable Cleanable cleanable;

    private Handle(String what, Runnable release) {
      this.what = what;
      this.release = release;
    }

    /**
     * Keeps the thing from being released until {@link Use#close}.
     *
     * @throws DeviceException if it is closed
     */
    public Use use() {
      synchronized (this) {
        if (retired) {
          throw new DeviceException(what + " is closed", "", "keep it open while it is used");
        }
        users++;
      }
      return new Use();
    }

    /** Whether it is closed. */
    public synchronized boolean isClosed() {
      return retired;
    }

    private void retire() {
      synchronized (this) {
        retired = true;
      }
      releaseIfIdle();
    }

    private void releaseIfIdle() {
      synchronized (this) {
        if (!retired || users > 0 || released) {
          return;
        }
        released = true;
      }
      forget(this);
      release.run();
    }

    /** Releases it as soon as nobody uses it; a second call does nothing. */
    @Override
    public void close() {
      if (cleanable != null) {
        cleanable.clean();
      } else {
        retire();
      }
    }

    /** The time of one use. */
    public final class Use implements AutoCloseable {
      private boolean over;

      private Use() {}

      @Override
      public void close() {
        synchronized (Handle.this) {
          if (over) {
            return;
          }
          over = true;
          users--;
        }
        releaseIfIdle();
      }
    }
  }
}
