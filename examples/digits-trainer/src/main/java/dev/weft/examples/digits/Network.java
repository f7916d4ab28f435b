package dev.weft.examples.digits;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The digit network in PyTorch.
 *
 * <pre>
 * image                                  [N,  1, 28, 28]
 * Conv 5x5, 8 channels, pad 2, Relu      [N,  8, 28, 28]
 * MaxPool 2x2, stride 2                  [N,  8, 14, 14]
 * Conv 3x3, 16 channels, pad 1, Relu     [N, 16, 14, 14]
 * MaxPool 2x2, stride 2                  [N, 16,  7,  7]
 * Flatten                                [N, 784]
 * Gemm, Relu                             [N, 32]
 * Gemm: logits                           [N, 10]
 * </pre>
 */
final class Network {

  private static final long[] ONE = {1, 1};
  private static final long[] TWO = {2, 2};
  private static final long[] NONE = {0, 0};

  private final List<String> names = new ArrayList<>();
  private final List<Tensor> tensors = new ArrayList<>();
  private final Random random;

  /** A fresh network; the same seed gives the same starting weights. */
  Network(long seed) {
    this.random = new Random(seed);
    layer("conv1", 8, 1, 5, 5);
    layer("conv2", 16, 8, 3, 3);
    layer("dense1", 32, 16 * 7 * 7);
    layer("dense2", 10, 32);
  }

  /** Adds a weight, uniform after He et al., and a bias of zeros, one for each output. */
  private void layer(String name, long... shape) {
    int count = 1;
    for (long extent : shape) {
      count *= (int) extent;
    }
    double bound = Math.sqrt(6.0 * shape[0] / count);
    float[] weight = new float[count];
    for (int i = 0; i < count; i++) {
      weight[i] = (float) ((2 * random.nextDouble() - 1) * bound);
    }
    add(name + ".weight", weight, shape);
    add(name + ".bias", new float[(int) shape[0]], shape[0]);
  }

  private void add(String name, float[] values, long... shape) {
    Tensor tensor = Tensor.create(values, shape);
    tensor.requires_grad_(true);
    names.add(name);
    tensors.add(tensor);
  }

  /** What the optimiser trains: weight and bias of each layer, from the input to the output. */
  TensorVector parameters() {
    return new TensorVector(tensors.toArray(Tensor[]::new));
  }

  /**
   * Runs the network.
   *
   * @param image f32 [N, 1, 28, 28]
   * @return logits, f32 [N, 10]
   */
  Tensor forward(Tensor image) {
    Tensor first = torch.max_pool2d(torch.relu(conv(image, 0, TWO)), TWO, TWO, NONE, ONE, false);
    Tensor second = torch.max_pool2d(torch.relu(conv(first, 2, ONE)), TWO, TWO, NONE, ONE, false);
    Tensor hidden = torch.relu(dense(second.flatten(1, 3), 4));
    return dense(hidden, 6);
  }

  private Tensor conv(Tensor input, int at, long[] padding) {
    var bias = new TensorOptional(tensors.get(at + 1));
    return torch.conv2d(input, tensors.get(at), bias, ONE, padding, ONE, 1);
  }

  private Tensor dense(Tensor input, int at) {
    return torch.linear(input, tensors.get(at), new TensorOptional(tensors.get(at + 1)));
  }

  /** A copy of the weights and biases, in the order of {@link #parameters}. */
  List<Weights> weights() {
    List<Weights> weights = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      Tensor tensor = tensors.get(i).detach();
      weights.add(new Weights(names.get(i), tensor.shape(), Tensors.toFloats(tensor)));
    }
    return weights;
  }
}
