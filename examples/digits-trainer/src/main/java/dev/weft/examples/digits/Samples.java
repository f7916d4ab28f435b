package dev.weft.examples.digits;

import java.util.Random;
import java.util.stream.IntStream;

/**
 * Pictures with the digit that each shows.
 *
 * @param pixels f32 [n, 1, 28, 28], values 0 to 1 as in {@link Picture}
 * @param labels i64 [n], the digits 0 to 9
 */
record Samples(float[] pixels, long[] labels) {

  /**
   * Renders samples. The same fonts, seed and count give the same samples, on any number of cores;
   * each digit comes up equally often.
   */
  static Samples render(FontCatalog fonts, long seed, int count) {
    float[] pixels = new float[count * Picture.PIXELS];
    long[] labels = new long[count];
    IntStream.range(0, count)
        .parallel()
        .forEach(
            i -> {
              var random = new Random(mix(seed, i));
              int digit = i % 10;
              Picture picture = Augmentation.picture(random, fonts.draw(random, digit));
              System.arraycopy(picture.pixels(), 0, pixels, i * Picture.PIXELS, Picture.PIXELS);
              labels[i] = digit;
            });
    return new Samples(pixels, labels);
  }

  /** A well-spread seed for one sample (MurmurHash3's finaliser). */
  private static long mix(long seed, long index) {
    long z = seed * 0x9E3779B97F4A7C15L + index;
    z = (z ^ (z >>> 33)) * 0xFF51AFD7ED558CCDL;
    z = (z ^ (z >>> 33)) * 0xC4CEB9FE1A85EC53L;
    return z ^ (z >>> 33);
  }

  /** How many samples. */
  int count() {
    return labels.length;
  }

  /** The {@code i}-th picture. */
  Picture picture(int i) {
    float[] one = new float[Picture.PIXELS];
    System.arraycopy(pixels, i * Picture.PIXELS, one, 0, Picture.PIXELS);
    return new Picture(one);
  }

  /** The samples at {@code from} (inclusive) to {@code to} (exclusive). */
  Samples slice(int from, int to) {
    int n = to - from;
    float[] some = new float[n * Picture.PIXELS];
    long[] digits = new long[n];
    System.arraycopy(pixels, from * Picture.PIXELS, some, 0, some.length);
    System.arraycopy(labels, from, digits, 0, n);
    return new Samples(some, digits);
  }
}
