package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.base.DType;
import dev.weft.base.InputException;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.base.Tensor;
import dev.weft.frontend.image.PicturePreprocessing;
import dev.weft.runtime.plan.TensorSpec;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InputReaderTest {
  @TempDir private Path folder;

  /** A picture of one colour but for its first pixel, which is black. */
  private String picture(int width, int height, int rgb) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, x == 0 && y == 0 ? 0 : rgb);
      }
    }
    Path file = folder.resolve("picture.png");
    ImageIO.write(image, "png", file.toFile());
    return file.toString();
  }

  private static TensorSpec spec(DType dtype, long... shape) {
    return new TensorSpec("x", dtype, Shape.of(shape));
  }

  @Test
  void imagenetIsScaledAndNormalised() throws IOException {
    String file = picture(320, 300, 0xFF8000);
    try (Tensor tensor =
        new InputReader(PicturePreprocessing.IMAGENET)
            .read(file, spec(DType.FLOAT32, 1, 3, 224, 224))) {
      assertThat(tensor.shape()).containsExactly(1, 3, 224, 224);
      long plane = 224 * 224;
      // The corner is black; elsewhere red is 255, green 128, blue 0.
      assertThat(tensor.getDouble(0)).isLessThan((1 - 0.485) / 0.229 - 0.1);
      assertThat(tensor.getDouble(plane - 1)).isEqualTo((1 - 0.485) / 0.229, within(1e-4));
      assertThat(tensor.getDouble(2 * plane - 1))
          .isEqualTo((128 / 255.0 - 0.456) / 0.224, within(1e-4));
      assertThat(tensor.getDouble(3 * plane - 1)).isEqualTo(-0.406 / 0.225, within(1e-4));
    }
  }

  @Test
  void openSizesTakeThePictures() throws IOException {
    TensorSpec input =
        new TensorSpec(
            "x",
            DType.FLOAT32,
            new Shape(
                List.of(
                    IntExpr.symbol("n"), IntExpr.of(3), IntExpr.symbol("h"), IntExpr.symbol("w"))));
    try (Tensor tensor =
        new InputReader(PicturePreprocessing.UNIT).read(picture(5, 4, 0xFFFFFF), input)) {
      assertThat(tensor.shape()).containsExactly(1, 3, 4, 5);
      assertThat(tensor.getDouble(0)).isZero();
      assertThat(tensor.getDouble(1)).isEqualTo(1);
    }
  }

  @Test
  void theOrderSaysWhatTheShapeLeavesOpen() throws IOException {
    TensorSpec input = spec(DType.FLOAT32, 1, 3, 2, 3);
    String file = picture(2, 3, 0x0000FF);
    PicturePreprocessing resized =
        PicturePreprocessing.NONE.withResize(new PicturePreprocessing.Size(2, 3));
    try (Tensor tensor =
        new InputReader(resized, false, PictureLayout.Order.NHWC).read(file, input)) {
      assertThat(tensor.shape()).containsExactly(1, 3, 2, 3);
      assertThat(tensor.toFloats()).startsWith(0, 0, 0, 0, 0, 255);
    }
  }

  @Test
  void channelsLastAndBytes() throws IOException {
    try (Tensor tensor =
        new InputReader(PicturePreprocessing.NONE)
            .read(picture(2, 2, 0x010203), spec(DType.UINT8, 2, 2, 3))) {
      assertThat(tensor.toLongs()).containsExactly(0, 0, 0, 1, 2, 3, 1, 2, 3, 1, 2, 3);
    }
  }

  @Test
  void greyInputsTakeColouredPictures() throws IOException {
    try (Tensor tensor =
        new InputReader(PicturePreprocessing.NONE)
            .read(picture(2, 1, 0xFFFFFF), spec(DType.FLOAT32, 1, 2))) {
      assertThat(tensor.getDouble(0)).isZero();
      assertThat(tensor.getDouble(1)).isEqualTo(255, within(1e-3));
    }
  }

  @Test
  void integersAreNotNormalised() throws IOException {
    String file = picture(2, 1, 0);
    TensorSpec input = spec(DType.UINT8, 1, 3, 1, 2);
    assertThatThrownBy(() -> new InputReader(PicturePreprocessing.UNIT).read(file, input))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("--preprocess");
  }
}
