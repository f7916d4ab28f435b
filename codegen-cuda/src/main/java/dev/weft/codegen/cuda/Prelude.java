package dev.weft.codegen.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** The parts of the prelude, in the order in which a program has them. */
enum Prelude {
  /** {@code weft_bits<To>(from)}. */
  BITS,
  /** Conversions to 64-bit integers, and from doubles. */
  INTEGERS,
  /** {@code float16}, its conversions and arithmetic. */
  FLOAT16,
  /** {@code bfloat16}, likewise. */
  BFLOAT16,
  /** {@code float8_e4m3fn} and {@code float8_e5m2}, likewise. */
  FLOAT8,
  /** Operators for all of them. */
  NARROW,
  /** {@code weft_vec<T, N>}. */
  VECTORS,
  /** Operators of vectors of 16-bit floats. */
  PAIRS,
  /** {@code cp.async}. */
  ASYNC;

  /** What the other parts build on. */
  static final String MACROS =
      // A program may use less than all of a part.
      "#pragma nv_diag_suppress 177\n#define WEFT_DEVICE static __device__ __forceinline__\n";

  /** The parts that a program needs, with those that they need themselves. */
  static EnumSet<Prelude> closed(Set<Prelude> used) {
    EnumSet<Prelude> all = EnumSet.noneOf(Prelude.class);
    all.addAll(used);
    if (all.contains(FLOAT8)) {
      all.add(FLOAT16);
    }
    boolean narrow = all.contains(FLOAT16) || all.contains(BFLOAT16);
    if (narrow) {
      all.add(NARROW);
      if (all.contains(VECTORS)) {
        all.add(PAIRS);
      }
    }
    return all;
  }

  /** The text of this part in a program that has the parts {@code all}. */
  String text(Set<Prelude> all) {
    StringBuilder text = new StringBuilder(resource());
    switch (this) {
      case NARROW -> {
        if (all.contains(FLOAT16)) {
          text.append("WEFT_NARROW(float16, unsigned short, 0x8000)\n");
        }
        if (all.contains(BFLOAT16)) {
          text.append("WEFT_NARROW(bfloat16, unsigned short, 0x8000)\n");
        }
        if (all.contains(FLOAT8)) {
          text.append("WEFT_NARROW(float8_e4m3fn, unsigned char, 0x80)\n");
          text.append("WEFT_NARROW(float8_e5m2, unsigned char, 0x80)\n");
        }
      }
      case PAIRS -> {
        if (all.contains(FLOAT16)) {
          pairs(text, "float16");
        }
        if (all.contains(BFLOAT16)) {
          pairs(text, "bfloat16");
        }
      }
      case BITS, INTEGERS, FLOAT16, BFLOAT16, FLOAT8, VECTORS, ASYNC -> {}
    }
    return text.toString();
  }

  private static void pairs(StringBuilder text, String type) {
    text.append("WEFT_PAIRS(").append(type).append(", +, weft_add)\n");
    text.append("WEFT_PAIRS(").append(type).append(", -, weft_sub)\n");
    text.append("WEFT_PAIRS(").append(type).append(", *, weft_mul)\n");
  }

  private String resource() {
    String file = name().toLowerCase(Locale.ROOT) + ".cu";
    try (InputStream in = Prelude.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("the prelude's part " + file + " is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
