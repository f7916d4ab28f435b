package dev.weft.runtime.exec;

import dev.weft.base.DType;
import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceBuffer;
import dev.weft.runtime.DeviceQueue;
import dev.weft.runtime.OutOfDeviceMemoryException;
import dev.weft.runtime.QueueMode;
import dev.weft.runtime.exec.BoundBuffer.Claim;
import dev.weft.runtime.exec.BoundBuffer.LongShape;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one run at a time needs of a device, kept for the next run: a queue, the pools, and memory
 * for the inputs. Two threads that run one model use two.
 */
final class Workspace implements AutoCloseable {
  /** More views than this were made by changing sizes; they are dropped together. */
  private static final int MOST_VIEWS = 4096;

  /** More buffers than this are not kept for later. */
  private static final int MOST_FREE = 64;

  private record View(String pool, long offset, long bytes) {}

  private final Device device;
  private final Map<String, DeviceBuffer> pools = new HashMap<>();
  private final Map<String, DeviceBuffer> inputs = new HashMap<>();
  private final Map<View, DeviceBuffer> views = new HashMap<>();

  /** Memory that no tensor has, the latest last. */
  private final ArrayDeque<DeviceBuffer> free = new ArrayDeque<>();

  private @Nullable DeviceQueue plain;
  private @Nullable DeviceQueue timed;

  Workspace(Device device) {
    this.device = device;
  }

  /** The in-order queue, with times or without. */
  DeviceQueue queue(boolean withTimes) {
    if (withTimes) {
      if (timed == null) {
        timed = device.queue(QueueMode.IN_ORDER.timed());
      }
      return timed;
    }
    if (plain == null) {
      plain = device.queue(QueueMode.IN_ORDER);
    }
    return plain;
  }

  /** Makes a pool at least as large; call it between runs only. */
  void reservePool(String name, long bytes) {
    DeviceBuffer pool = pools.get(name);
    if (pool == null || pool.bytes() < bytes) {
      dropViews();
      if (pool != null) {
        pools.remove(name);
        pool.close();
      }
      pools.put(name, device.allocate(bytes));
    } else if (views.size() > MOST_VIEWS) {
      dropViews();
    }
  }

  /** A part of a pool. */
  DeviceBuffer view(String poolName, long offset, long bytes) {
    return views.computeIfAbsent(
        new View(poolName, offset, bytes),
        key -> {
          DeviceBuffer pool = pools.get(poolName);
          if (pool == null) {
            throw new IllegalStateException("the plan was checked, so pool " + poolName + " is");
          }
          return pool.view(offset, bytes);
        });
  }

  /** Memory of exactly that size for an input; the one of the last run if it fits. */
  DeviceBuffer input(String name, long bytes) {
    DeviceBuffer buffer = inputs.get(name);
    if (buffer == null || buffer.bytes() != bytes) {
      if (buffer != null) {
        inputs.remove(name);
        buffer.close();
      }
      buffer = device.allocate(bytes);
      inputs.put(name, buffer);
    }
    return buffer;
  }

  /** Memory of its own for a tensor; what a tensor before left behind, if it is of that size. */
  BoundBuffer owned(DType dtype, long[] shape, long bytes) {
    DeviceBuffer memory = takeFree(bytes);
    return new BoundBuffer(
        memory, dtype, LongShape.of(shape), Claim.releasing(() -> giveBack(memory)));
  }

  private DeviceBuffer takeFree(long bytes) {
    Iterator<DeviceBuffer> each = free.descendingIterator();
    while (each.hasNext()) {
      DeviceBuffer buffer = each.next();
      if (buffer.bytes() == bytes) {
        each.remove();
        return buffer;
      }
    }
    try {
      return device.allocate(bytes);
    } catch (OutOfDeviceMemoryException e) {
      if (free.isEmpty()) {
        throw e;
      }
      dropFree();
      return device.allocate(bytes);
    }
  }

  /** Commands run in order, so whoever takes the memory next writes behind who read it last. */
  private void giveBack(DeviceBuffer memory) {
    free.addLast(memory);
    if (free.size() > MOST_FREE) {
      free.removeFirst().close();
    }
  }

  private void dropFree() {
    free.forEach(DeviceBuffer::close);
    free.clear();
  }

  private void dropViews() {
    views.values().forEach(DeviceBuffer::close);
    views.clear();
  }

  @Override
  public void close() {
    if (plain != null) {
      plain.close();
    }
    if (timed != null) {
      timed.close();
    }
    dropViews();
    dropFree();
    pools.values().forEach(DeviceBuffer::close);
    inputs.values().forEach(DeviceBuffer::close);
    pools.clear();
    inputs.clear();
  }
}
