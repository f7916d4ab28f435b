package dev.weft.examples.digits;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.font.FontRenderContext;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;

/** Turns font glyphs into outlines, and outlines into pixels, with Java2D. */
final class Renderer {

  /** Width and height of the raster, in pixels: twice a picture's, for the distortions after it. */
  static final int SIZE = 2 * Picture.SIZE;

  /** Glyphs are taken at this size in points, where outlines are not hinted noticeably. */
  private static final float GLYPH_POINTS = 200f;

  private Renderer() {}

  /**
   * The outlines of the ten digits of a face.
   *
   * @return ten outlines; each with the centre of its bounds at (0, 0) and the longer side of its
   *     bounds 1
   */
  static Shape[] outlines(Font font) {
    var context = new FontRenderContext(null, true, true);
    Font large = font.deriveFont(GLYPH_POINTS);
    Shape[] outlines = new Shape[10];
    for (int digit = 0; digit < 10; digit++) {
      Shape glyph = large.createGlyphVector(context, Integer.toString(digit)).getOutline();
      outlines[digit] = normalise(glyph);
    }
    return outlines;
  }

  /** Moves the centre of a shape's bounds to (0, 0) and makes their longer side 1. */
  static Shape normalise(Shape shape) {
    Rectangle2D bounds = shape.getBounds2D();
    double scale = 1 / Math.max(bounds.getWidth(), bounds.getHeight());
    AffineTransform transform = AffineTransform.getScaleInstance(scale, scale);
    transform.translate(-bounds.getCenterX(), -bounds.getCenterY());
    return transform.createTransformedShape(shape);
  }

  /**
   * Fills an outline, white on black, anti-aliased.
   *
   *  pen width of a line drawn along the outline too, in the outline's own units; 0 for none
   *  placing from the outline to the picture: 0 to {@value Picture#SIZE} both ways, y
   *     downwards
   * @return f32 [{@value #SIZE}, {@value #SIZE}], row by row: how much of each pixel is covered, 0
   *     to 1
   */
  static float[] rasterise(Shape outline, double pen, AffineTransform placing) {
    var image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_BYTE_GRAY);
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(
        RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    double scale = (double) SIZE / Picture.SIZE;
    graphics.scale(scale, scale);
    graphics.setColor(Color.WHITE);
    graphics.transform(placing);
    graphics.fill(outline);
    if (pen > 0) {
      graphics.setStroke(
          new BasicStroke((float) pen, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
      graphics.draw(outline);
    }
    graphics.dispose();
    byte[] bytes = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    float[] coverage = new float[SIZE * SIZE];
    for (int i = 0; i < coverage.length; i++) {
      coverage[i] = (bytes[i] & 0xff) / 255f;
    }
    return coverage;
  }
}
