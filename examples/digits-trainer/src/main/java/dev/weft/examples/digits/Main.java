package dev.weft.examples.digits;

import ai.onnxruntime.OrtException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.bytedeco.pytorch.global.torch;

/**
 * Renders digits, trains the network, writes {@code digits.onnx} with demo pictures, and checks the
 * written file in ONNX Runtime.
 *
 * <p>Argument: the folder to write to. The system property {@code epochs} shortens the training,
 * for trying the program out.
 */
public final class Main {

  private static final int EPOCHS = 20;
  private static final int SAMPLES_PER_EPOCH = 20_000;
  private static final int HELD_OUT = 10_000;
  private static final double REQUIRED_ACCURACY = 0.98;
  private static final double LARGEST_DIFFERENCE = 1e-4;
  // Fixed, not the machine's cores: the number of threads decides the order of PyTorch's sums.
  private static final int TORCH_THREADS = 1;

  private static final long NETWORK_SEED = 1;
  private static final long TRAINING_SEED = 1_000; // and one more for each epoch
  private static final long SEEN_FONTS_SEED = 1_000_001;
  private static final long UNSEEN_FONTS_SEED = 1_000_002;

  private Main() {}

  /** Runs the program; see the README. */
  public static void main(String[] args) throws IOException, OrtException {
    if (args.length != 1) {
      throw new IllegalArgumentException("usage: Main FOLDER");
    }
    // First, so that a folder that cannot be made fails before the training, not after it.
    Path folder = Files.createDirectories(Path.of(args[0]));
    Locale.setDefault(Locale.ROOT);
    torch.set_num_threads(TORCH_THREADS);
    // Denormal numbers are slow to reckon with and of no use here.
    torch.globalContext().setFlushDenormal(true);
    FontCatalog fonts = FontCatalog.load("train");
    FontCatalog unseenFonts = FontCatalog.load("unseen");
    System.out.println("training fonts: " + fonts + "; unseen fonts: " + unseenFonts);

    var trainer = new Trainer(new Network(NETWORK_SEED), fonts, TRAINING_SEED);
    trainer.train(Integer.getInteger("epochs", EPOCHS), SAMPLES_PER_EPOCH);

    byte[] model = OnnxWriter.write(trainer.network().weights());
    Files.write(folder.resolve("digits.onnx"), model);
    System.out.println("digits.onnx: " + model.length + " bytes");

    Samples seen = Samples.render(fonts, SEEN_FONTS_SEED, HELD_OUT);
    Samples unseen = Samples.render(unseenFonts, UNSEEN_FONTS_SEED, HELD_OUT);
    try (var runtime = new OnnxRuntime(model)) {
      check("held-out, seen fonts", seen, trainer, runtime);
      check("held-out, unseen fonts", unseen, trainer, runtime);
      int correct = DemoPictures.write(folder, unseen, runtime);
      System.out.println("demo pictures: " + correct + " of 10 right");
    }
  }

  /** Prints both engines' accuracy; fails if it is too low or the engines differ too much. */
  private static void check(String name, Samples samples, Trainer trainer, OnnxRuntime runtime)
      throws OrtException {
    float[][] trained = trainer.logits(samples);
    float[][] written = runtime.logits(samples);
    int correct = Score.correct(written, samples);
    double accuracy = (double) correct / samples.count();
    double difference = Score.largestDifference(trained, written);
    System.out.printf(
        "%s: %d of %d right in ONNX Runtime (%.2f %%), %d in PyTorch; logits differ by %.1e%n",
        name,
        correct,
        samples.count(),
        100 * accuracy,
        Score.correct(trained, samples),
        difference);
    if (difference > LARGEST_DIFFERENCE) {
      throw new IllegalStateException("ONNX Runtime and PyTorch differ on the same weights");
    }
    if (accuracy < REQUIRED_ACCURACY) {
      throw new IllegalStateException("accuracy under " + REQUIRED_ACCURACY);
    }
  }
}
