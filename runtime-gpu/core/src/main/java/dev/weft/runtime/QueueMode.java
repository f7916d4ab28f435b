package dev.weft.runtime;

/**
 * How a queue runs what is enqueued.
 *
 * @param order whether commands may overtake each other
 * @param timing whether events tell device times
 */
public record QueueMode(Order order, Timing timing) {
  /** Each command starts when the one before is done; no times. */
  public static final QueueMode IN_ORDER = new QueueMode(Order.IN_ORDER, Timing.OFF);

  /** Commands wait only for the events that they are given; no times. */
  public static final QueueMode OUT_OF_ORDER = new QueueMode(Order.OUT_OF_ORDER, Timing.OFF);

  /** The order of commands. */
  public enum Order {
    /** One after the other. */
    IN_ORDER,
    /** As their events allow; a device without such queues runs in order. */
    OUT_OF_ORDER
  }

  /** Whether times are taken. */
  public enum Timing {
    /** No. */
    OFF,
    /** Events tell start and end on the device's clock. */
    ON
  }

  /** The same order, with times. */
  public QueueMode timed() {
    return new QueueMode(order, Timing.ON);
  }
}
