package dev.weft.cli.bench;

import dev.weft.cli.Samples;
import java.util.IdentityHashMap;
import java.util.Map;

/** What {@link Rounds} measured: a time for each contestant and round. */
public final class Times {
  private final Map<Contestant, double[]> nanos = new IdentityHashMap<>();

  /**
   * @param nanos for each contestant the times of one run, in the order of the rounds
   */
  Times(Map<Contestant, double[]> nanos) {
    this.nanos.putAll(nanos);
  }

  /** The times of one contestant. */
  public Samples of(Contestant contestant) {
    return new Samples(rounds(contestant));
  }

  /**
   * How many times as long one takes as another: the median of the rounds' ratios, each of two
   * times taken one right after the other, so that what slows the machine down for a while falls
   * out.
   */
  public double ratio(Contestant slower, Contestant faster) {
    double[] above = rounds(slower);
    double[] below = rounds(faster);
    double[] ratios = new double[above.length];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = above[i] / below[i];
    }
    return new Samples(ratios).median();
  }

  private double[] rounds(Contestant contestant) {
    double[] times = nanos.get(contestant);
    if (times == null) {
      throw new IllegalArgumentException(contestant.name() + " was not measured");
    }
    return times;
  }
}
