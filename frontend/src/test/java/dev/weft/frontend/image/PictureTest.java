package dev.weft.frontend.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.base.InputException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureTest {
  @TempDir private Path folder;

  @Test
  void greyFilesKeepTheirValues() throws IOException {
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setSample(0, 0, 0, 100);
    image.getRaster().setSample(1, 0, 0, 255);
    Picture picture = read(image);
    assertThat(picture.channels()).isEqualTo(1);
    assertThat(picture.values()[0]).containsExactly(100, 255);
    assertThat(picture.rgb().values()[2]).containsExactly(100, 255);
  }

  @Test
  void coloursAreRedGreenBlue() throws IOException {
    BufferedImage image = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, 0x0A141E);
    Picture picture = read(image);
    assertThat(picture.values()).isDeepEqualTo(new float[][] {{10}, {20}, {30}});
    assertThat(picture.grey().values()[0][0]).isEqualTo(18.15f, within(0.01f));
  }

  @Test
  void scalingKeepsConstantsAndMeans() {
    float[] constant = new float[35];
    Arrays.fill(constant, 42);
    Picture picture = new Picture(7, 5, new float[][] {constant});
    for (float value : picture.scaled(13, 3).values()[0]) {
      assertThat(value).isEqualTo(42, within(1e-4f));
    }
    Picture half = new Picture(4, 1, new float[][] {{0, 100, 100, 0}}).scaled(2, 1);
    assertThat(half.values()[0][0]).isEqualTo(half.values()[0][1], within(1e-4f));
    assertThat(half.values()[0][0]).isBetween(45f, 65f);
  }

  @Test
  void scalingUpInterpolates() {
    Picture wide = new Picture(2, 1, new float[][] {{0, 100}}).scaled(4, 1);
    assertThat(wide.values()[0]).containsExactly(0, 25, 75, 100);
    Picture high = new Picture(1, 2, new float[][] {{0, 100}}).scaled(1, 4);
    assertThat(high.values()[0]).containsExactly(0, 25, 75, 100);
  }

  @Test
  void middleIsCutOut() {
    Picture picture = new Picture(4, 3, new float[][] {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}});
    assertThat(picture.middle(2, 1).values()[0]).containsExactly(5, 6);
  }

  @Test
  void refusesWhatIsNoPicture() throws IOException {
    Path text = Files.writeString(folder.resolve("text.png"), "no picture");
    assertThatThrownBy(() -> Picture.read(text))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no picture");
    Path missing = folder.resolve("missing.png");
    assertThatThrownBy(() -> Picture.read(missing))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no such file");
    Path file = folder.resolve("cut.png");
    ImageIO.write(new BufferedImage(9, 9, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
    byte[] whole = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(whole, 30));
    assertThatThrownBy(() -> Picture.read(file)).isInstanceOf(InputException.class);
  }

  private Picture read(BufferedImage image) throws IOException {
    Path file = folder.resolve("picture.png");
    ImageIO.write(image, "png", file.toFile());
    return Picture.read(file);
  }
}
