package dev.weft.examples.digits;

import java.util.concurrent.CompletableFuture;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Trains the network with Adam on renderings made anew for every epoch.
 *
 * <p>The learning rate falls from {@value #LEARNING_RATE} to 0 along half a cosine, and the weights
 * of the last step are the result: no held-out picture chooses anything.
 */
final class Trainer {

  private static final int BATCH = 100;
  private static final double LEARNING_RATE = 3e-3;

  private final Network network;
  private final FontCatalog fonts;
  private final long seed;

  /**
   * A trainer.
   *
   * @param fonts what to render the training pictures in
   * @param seed epoch {@code e} renders with seed {@code seed + e}
   */
  Trainer(Network network, FontCatalog fonts, long seed) {
    this.network = network;
    this.fonts = fonts;
    this.seed = seed;
  }

  /**
   * Trains.
   *
   * @param epochs how many
   * @param samplesPerEpoch how many pictures are rendered for each; a multiple of the batch of
   *     {@value #BATCH}
   */
  void train(int epochs, int samplesPerEpoch) {
    int batches = samplesPerEpoch / BATCH;
    CompletableFuture<Samples> next = render(0, samplesPerEpoch);
    try (var adam = new Adam(network.parameters(), new AdamOptions(LEARNING_RATE))) {
      for (int epoch = 0; epoch < epochs; epoch++) {
        long start = System.nanoTime();
        Samples samples = next.join();
        if (epoch + 1 < epochs) {
          next = render(epoch + 1, samplesPerEpoch);
        }
        double loss = 0;
        for (int batch = 0; batch < batches; batch++) {
          double done = (double) (epoch * batches + batch) / (epochs * batches);
          double rate = LEARNING_RATE * (1 + Math.cos(Math.PI * done)) / 2;
          adam.param_groups().get(0).options().set_lr(rate);
          loss += step(adam, samples.slice(batch * BATCH, (batch + 1) * BATCH));
        }
        System.out.printf(
            "epoch %d/%d  loss %.4f  %.1f s%n",
            epoch + 1,
            epochs,
            loss / batches,
            (System.nanoTime() - start) / 1e9);
      }
    }
  }

  /** Renders an epoch's pictures while the epoch before it trains. */
  private CompletableFuture<Samples> render(int epoch, int count) {
    return CompletableFuture.supplyAsync(() -> Samples.render(fonts, seed + epoch, count));
  }

  /** What is trained. */
  Network network() {
    return network;
  }

  /** One step of the optimiser; gives the loss before it. */
  private double step(Adam adam, Samples batch) {
    try (var _ = new PointerScope()) {
      adam.zero_grad();
      Tensor logits = network.forward(Tensors.images(batch));
      Tensor loss = torch.cross_entropy_loss(logits, Tensors.labels(batch));
      loss.backward();
      adam.step();
      return loss.item_float();
    }
  }

  /**
   * The network's logits in PyTorch.
   *
   * @return f32 [n, 10]
   */
  float[][] logits(Samples samples) {
    float[][] all = new float[samples.count()][10];
    for (int from = 0; from < all.length; from += BATCH) {
      int to = Math.min(from + BATCH, all.length);
      try (var _ = new PointerScope()) {
        var guard = new NoGradGuard();
        float[] some = Tensors.toFloats(network.forward(Tensors.images(samples.slice(from, to))));
        guard.close();
        for (int i = from; i < to; i++) {
          System.arraycopy(some, (i - from) * 10, all[i], 0, 10);
        }
      }
    }
    return all;
  }
}
