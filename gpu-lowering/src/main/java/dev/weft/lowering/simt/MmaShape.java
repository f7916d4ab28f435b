package dev.weft.lowering.simt;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which lane holds which elements of the matrices of {@code mma.sync}, as the PTX ISA lays it down
 * ("Matrix Fragments for mma.m*n*k*"). With {@code g = lane / 4} and {@code t = lane % 4}.
 */
enum MmaShape {
  /** 16-bit floats. */
  M16N8K8(16, 8, 8, 16),
  /** 16-bit floats. */
  M16N8K16(16, 8, 16, 16),
  /** 8-bit numbers. */
  M16N8K16_BYTES(16, 8, 16, 8),
  /** 8-bit numbers. */
  M16N8K32(16, 8, 32, 8),
  /** tf32 in 32 bits. */
  M16N8K4_WORDS(16, 8, 4, 32),
  /** tf32 in 32 bits. */
  M16N8K8_WORDS(16, 8, 8, 32),
  /** Doubles. */
  M8N8K4(8, 8, 4, 64);

  private static final Map<String, MmaShape> BY_NAME = new HashMap<>();

  static {
    for (MmaShape shape : values()) {
      BY_NAME.put("m" + shape.m + "n" + shape.n + "k" + shape.k + "/" + shape.bits, shape);
    }
  }

  final int m;
  final int n;
  final int k;

  /** Bits of an element of A and B. */
  private final int bits;

  MmaShape(int m, int n, int k, int bits) {
    this.m = m;
    this.n = n;
    this.k = k;
    this.bits = bits;
  }

  /** The shape of this name for factors of so many bits; null if there is none. */
  static @Nullable MmaShape of(String name, int bits) {
    return BY_NAME.get(name + "/" + bits);
  }

  /** Elements of A that a lane holds. */
  int aCount() {
    return m * k / 32;
  }

  int bCount() {
    return k * n / 32;
  }

  int cCount() {
    return m * n / 32;
  }

  /** Neighbours along k that a lane holds together: those of one register. */
  private int together() {
    return Math.max(1, 32 / bits);
  }

  /** The place, row * k + column, of a lane's element {@code i} of A. */
  int a(int lane, int i) {
    int group = i / together();
    // Registers go down the rows first, then along k.
    int row = lane / 4 + (m == 16 ? group % 2 * 8 : 0);
    int block = m == 16 ? group / 2 : group;
    return row * k + block * 4 * together() + lane % 4 * together() + i % together();
  }

  /** The place, row * n + column, of a lane's element {@code i} of B. */
  int b(int lane, int i) {
    int row = i / together() * 4 * together() + lane % 4 * together() + i % together();
    return row * n + lane / 4;
  }

  /** The place, row * n + column, of a lane's element {@code i} of the accumulator. */
  int c(int lane, int i) {
    int row = lane / 4 + i / 2 * 8;
    return row * n + lane % 4 * 2 + i % 2;
  }
}
