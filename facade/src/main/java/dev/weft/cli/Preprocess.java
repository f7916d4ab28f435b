package dev.weft.cli;

/** How a picture becomes an input. */
enum Preprocess {
  /** Pixel values 0 to 255 as they are; the picture must have the input's size. */
  NONE,
  /** Pixel values divided by 255. */
  UNIT,
  /**
   * What networks trained on ImageNet expect: the shorter side scaled to 256, the middle 224 x 224
   * of it, divided by 255, less the data set's mean, over its standard deviation.
   */
  IMAGENET
}
