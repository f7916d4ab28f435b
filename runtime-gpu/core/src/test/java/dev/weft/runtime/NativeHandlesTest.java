package dev.weft.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NativeHandlesTest {
  private final NativeHandles handles = new NativeHandles();
  private final List<String> released = new ArrayList<>();
  private final Object owner = new Object();

  private NativeHandles.Handle register(String name) {
    return handles.register(owner, name, () -> released.add(name));
  }

  @Test
  void releasesOnceHoweverOftenItIsClosed() {
    NativeHandles.Handle handle = register("a");

    handle.close();
    handle.close();
    handles.close();

    assertThat(released).containsExactly("a");
    assertThat(handle.isClosed()).isTrue();
  }

  @Test
  void whatIsInUseIsReleasedAfterTheUse() {
    NativeHandles.Handle handle = register("a");
    NativeHandles.Handle.Use first = handle.use();
    NativeHandles.Handle.Use second = handle.use();

    handle.close();
    first.close();
    first.close();
    assertThat(released).isEmpty();

    second.close();
    assertThat(released).containsExactly("a");
  }

  @Test
  void aClosedThingCannotBeUsed() {
    NativeHandles.Handle handle = register("the buffer");
    handle.close();

    assertThatThrownBy(handle::use)
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("the buffer is closed");
  }

  @Test
  void closingAllReleasesTheLatestFirst() {
    NativeHandles.Handle first = register("context");
    NativeHandles.Handle second = register("queue");
    NativeHandles.Handle third = register("event");
    second.close();

    handles.close();

    assertThat(released).containsExactly("queue", "event", "context");
    assertThat(List.of(first, third)).allMatch(NativeHandles.Handle::isClosed);
  }

  @Test
  void whatIsRegisteredTooLateIsReleasedAtOnce() {
    handles.close();

    assertThatThrownBy(() -> register("late")).isInstanceOf(DeviceException.class);
    assertThat(released).containsExactly("late");
  }

  @Test
  void theCleanerReleasesWhatItsOwnerDropped() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    drop(done);
    for (int i = 0; i < 100 && done.getCount() > 0; i++) {
      System.gc();
      done.await(100, TimeUnit.MILLISECONDS);
    }
    assertThat(done.getCount()).isZero();
  }

  private void drop(CountDownLatch done) {
    handles.register(new Object(), "dropped", done::countDown);
  }
}
