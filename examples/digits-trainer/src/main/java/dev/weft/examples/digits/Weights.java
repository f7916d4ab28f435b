package dev.weft.examples.digits;

/**
 * One weight or bias of the network, on the Java side.
 *
 * @param name its name in the ONNX file, e.g. {@code "conv1.weight"}
 * @param shape its extents
 * @param values f32, row by row, as many as the product of {@code shape}
 */
record Weights(String name, long[] shape, float[] values) {}
