package dev.weft.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;

/** Measured times of one thing, in nanoseconds. */
public final class Samples {
  private final double[] sorted;

  /**
   * @throws IllegalArgumentException if there is none
   */
  public Samples(double... nanos) {
    if (nanos.length == 0) {
      throw new IllegalArgumentException("Samples needs at least one time");
    }
    sorted = nanos.clone();
    Arrays.sort(sorted);
  }

  /** How many times were measured. */
  public int count() {
    return sorted.length;
  }

  /** The arithmetic mean. */
  public double mean() {
    return Arrays.stream(sorted).average().orElseThrow();
  }

  /** The value in the middle, or the mean of the two there. */
  public double median() {
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** The standard deviation of the sample (divided by n − 1); 0 for one value. */
  public double standardDeviation() {
    if (sorted.length == 1) {
      return 0;
    }
    double mean = mean();
    double squares = Arrays.stream(sorted).map(x -> (x - mean) * (x - mean)).sum();
    return Math.sqrt(squares / (sorted.length - 1));
  }

  /** The shortest. */
  public double min() {
    return sorted[0];
  }

  /** The longest. */
  public double max() {
    return sorted[sorted.length - 1];
  }

  /** All figures, in milliseconds. */
  public ObjectNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("count", count());
    json.put("mean_ms", mean() / 1e6);
    json.put("median_ms", median() / 1e6);
    json.put("stddev_ms", standardDeviation() / 1e6);
    json.put("min_ms", min() / 1e6);
    json.put("max_ms", max() / 1e6);
    return json;
  }
}
