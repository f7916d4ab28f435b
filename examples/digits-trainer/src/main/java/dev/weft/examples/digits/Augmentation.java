package dev.weft.examples.digits;

import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.Random;

/**
 * Makes a different picture of an outline each time: thickness, shape and place before the raster,
 * distortion, blur, contrast and noise after it.
 */
final class Augmentation {

  private static final double MAX_EXTRA_THICKNESS = 0.10; // of the digit's longer side
  private static final double ROTATION_DEGREES = 7; // standard deviation
  private static final double MAX_ROTATION_DEGREES = 18;
  private static final double SHEAR = 0.14; // standard deviation
  private static final double MIN_HEIGHT = 15; // pixels
  private static final double MAX_HEIGHT = 23; // pixels
  private static final double MAX_SHIFT = 3; // pixels, from the middle
  private static final double MARGIN = 0.5; // pixels kept free at the edges
  private static final int ELASTIC_GRID = 5; // control points each way
  private static final double MAX_ELASTIC = 0.8; // pixels, standard deviation at a control point
  private static final double MAX_BLUR = 0.30; // weight of each of the two neighbours
  private static final double MAX_NOISE = 0.08; // standard deviation, white being 1

  private Augmentation() {}

  /**
   * Renders an outline with everything random.
   *
   * @param outline as {@link Renderer#normalise} leaves it
   */
  static Picture picture(Random random, Shape outline) {
    double pen = random.nextBoolean() ? random.nextDouble() * MAX_EXTRA_THICKNESS : 0;
    AffineTransform placing = placing(random, outline, pen);
    float[] raster = Renderer.rasterise(outline, pen, placing);
    float[] pixels = shrink(warp(random, raster));
    if (random.nextInt(3) > 0) {
      pixels = blur(pixels, (float) (random.nextDouble() * MAX_BLUR));
    }
    contrastAndNoise(random, pixels);
    return Picture.quantised(pixels);
  }

  /**
   * A transform that stretches, shears and turns the outline and puts it into the picture, all of
   * it inside.
   *
   * @param pen width of the line drawn along the outline, in units of its longer side
   */
  private static AffineTransform placing(Random random, Shape outline, double pen) {
    double turn = clampedGaussian(random, ROTATION_DEGREES, MAX_ROTATION_DEGREES);
    AffineTransform form = AffineTransform.getRotateInstance(Math.toRadians(turn));
    form.shear(clampedGaussian(random, SHEAR, 2 * SHEAR), 0);
    form.scale(between(random, 0.8, 1.2), 1);

    Rectangle2D bounds = new Path2D.Double(outline, form).getBounds2D();
    double width = bounds.getWidth() + pen;
    double height = bounds.getHeight() + pen;
    double room = Picture.SIZE - 2 * MARGIN;
    double size = between(random, MIN_HEIGHT, MAX_HEIGHT);
    double scale = Math.min(size / height, room / Math.max(width, height));
    double x = Picture.SIZE / 2.0 + shift(random, (room - width * scale) / 2);
    double y = Picture.SIZE / 2.0 + shift(random, (room - height * scale) / 2);

    AffineTransform placing = AffineTransform.getTranslateInstance(x, y);
    placing.scale(scale, scale);
    placing.translate(-bounds.getCenterX(), -bounds.getCenterY());
    placing.concatenate(form);
    return placing;
  }

  private static double shift(Random random, double room) {
    double most = Math.clamp(room, 0, MAX_SHIFT);
    return between(random, -most, most);
  }

  /**
   * Elastic distortion: moves every pixel by a smooth random field, given at a coarse grid of
   * control points.
   *
   * @param raster f32 [{@value Renderer#SIZE}, {@value Renderer#SIZE}]
   */
  private static float[] warp(Random random, float[] raster) {
    int n = Renderer.SIZE;
    double strength = random.nextDouble() * MAX_ELASTIC * n / Picture.SIZE;
    double[] dx = new double[ELASTIC_GRID * ELASTIC_GRID];
    double[] dy = new double[ELASTIC_GRID * ELASTIC_GRID];
    for (int i = 0; i < dx.length; i++) {
      dx[i] = clampedGaussian(random, strength, 2 * strength);
      dy[i] = clampedGaussian(random, strength, 2 * strength);
    }
    float[] warped = new float[n * n];
    double step = (ELASTIC_GRID - 1.0) / (n - 1);
    for (int y = 0; y < n; y++) {
      for (int x = 0; x < n; x++) {
        double fromX = x + grid(dx, x * step, y * step);
        double fromY = y + grid(dy, x * step, y * step);
        warped[y * n + x] = sample(raster, fromX, fromY);
      }
    }
    return warped;
  }

  /** The field between four control points, with smooth-step weights. */
  private static double grid(double[] field, double x, double y) {
    int left = Math.min((int) x, ELASTIC_GRID - 2);
    int top = Math.min((int) y, ELASTIC_GRID - 2);
    double u = smooth(x - left);
    double v = smooth(y - top);
    int i = top * ELASTIC_GRID + left;
    double above = field[i] * (1 - u) + field[i + 1] * u;
    double below = field[i + ELASTIC_GRID] * (1 - u) + field[i + ELASTIC_GRID + 1] * u;
    return above * (1 - v) + below * v;
  }

  private static double smooth(double t) {
    return t * t * (3 - 2 * t);
  }

  /** The raster at a point between pixels; black outside. */
  private static float sample(float[] raster, double x, double y) {
    int left = (int) Math.floor(x);
    int top = (int) Math.floor(y);
    float u = (float) (x - left);
    float v = (float) (y - top);
    float above = at(raster, left, top) * (1 - u) + at(raster, left + 1, top) * u;
    float below = at(raster, left, top + 1) * (1 - u) + at(raster, left + 1, top + 1) * u;
    return above * (1 - v) + below * v;
  }

  private static float at(float[] raster, int x, int y) {
    int n = Renderer.SIZE;
    return x < 0 || y < 0 || x >= n || y >= n ? 0f : raster[y * n + x];
  }

  /** Averages 2×2 pixels: raster to picture size. */
  private static float[] shrink(float[] raster) {
    int n = Renderer.SIZE;
    float[] pixels = new float[Picture.PIXELS];
    for (int i = 0; i < pixels.length; i++) {
      int corner = i / Picture.SIZE * 2 * n + i % Picture.SIZE * 2;
      pixels[i] =
          (raster[corner] + raster[corner + 1] + raster[corner + n] + raster[corner + n + 1]) / 4;
    }
    return pixels;
  }

  /** A 3×3 blur; each neighbour in a row or column weighs {@code side}, the middle the rest. */
  private static float[] blur(float[] pixels, float side) {
    return blurAlong(blurAlong(pixels, side, 1), side, Picture.SIZE);
  }

  private static float[] blurAlong(float[] pixels, float side, int stride) {
    float[] blurred = new float[pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      int place = stride == 1 ? i % Picture.SIZE : i / Picture.SIZE;
      float before = place == 0 ? 0 : pixels[i - stride];
      float after = place == Picture.SIZE - 1 ? 0 : pixels[i + stride];
      blurred[i] = pixels[i] * (1 - 2 * side) + (before + after) * side;
    }
    return blurred;
  }

  /** Dims or overdrives the digit; half of the time adds Gaussian noise to every pixel. */
  private static void contrastAndNoise(Random random, float[] pixels) {
    float gain = (float) between(random, 0.75, 1.3);
    float noise = random.nextBoolean() ? (float) (random.nextDouble() * MAX_NOISE) : 0f;
    for (int i = 0; i < pixels.length; i++) {
      float value = Math.min(pixels[i] * gain, 1f);
      pixels[i] = noise == 0f ? value : value + noise * (float) random.nextGaussian();
    }
  }

  private static double between(Random random, double low, double high) {
    return low + random.nextDouble() * (high - low);
  }

  private static double clampedGaussian(Random random, double deviation, double most) {
    return Math.clamp(random.nextGaussian() * deviation, -most, most);
  }
}
