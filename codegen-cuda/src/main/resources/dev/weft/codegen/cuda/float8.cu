/* OCP 8-bit floats: E4M3 without infinities, E5M2. */
struct float8_e4m3fn {
  unsigned char bits;
};

struct float8_e5m2 {
  unsigned char bits;
};

WEFT_DEVICE float weft_float(float8_e4m3fn a) {
#if __CUDA_ARCH__ >= 890
  unsigned int pair;
  asm("cvt.rn.f16x2.e4m3x2 %0, %1;" : "=r"(pair) : "h"((unsigned short)a.bits));
  return weft_float(float16{(unsigned short)pair});
#else
  float magnitude = (a.bits & 0x78)
      ? __uint_as_float(((unsigned int)(a.bits & 0x7f) << 20) + (120u << 23))
      : (a.bits & 7) * 0.001953125f;
  magnitude = (a.bits & 0x7f) == 0x7f ? __uint_as_float(0x7fffffffu) : magnitude;
  return a.bits & 0x80 ? -magnitude : magnitude;
#endif
}

WEFT_DEVICE float weft_float(float8_e5m2 a) {
  return weft_float(float16{(unsigned short)(a.bits << 8)});
}

/* The bits of |a| / unit, to nearest even, for a format of so many mantissa bits and such a bias;
   more than the largest becomes the largest. */
WEFT_DEVICE unsigned int weft_float8(float a, int mantissa, int bias, unsigned int largest) {
  unsigned int x = __float_as_uint(a) & 0x7fffffffu;
  int exponent = (int)(x >> 23) - 127 + bias;
  unsigned int significand = (x & 0x7fffffu) | 0x800000u;
  int drop = 23 - mantissa + (exponent < 1 ? 1 - exponent : 0);
  if (drop > 25) {
    return 0;
  }
  unsigned int kept = significand >> drop;
  unsigned int rest = significand & ((1u << drop) - 1);
  unsigned int half = 1u << (drop - 1);
  kept += rest > half || (rest == half && (kept & 1)) ? 1 : 0;
  unsigned int bits =
      exponent < 1 ? kept : kept + ((unsigned int)(exponent - 1) << mantissa);
  return bits > largest ? largest : bits;
}

WEFT_DEVICE float8_e4m3fn weft_float8_e4m3fn(float a) {
#if __CUDA_ARCH__ >= 890
  unsigned short pair;
  asm("cvt.rn.satfinite.e4m3x2.f32 %0, %1, %2;" : "=h"(pair) : "f"(0.0f), "f"(a));
  return float8_e4m3fn{(unsigned char)pair};
#else
  unsigned int sign = (__float_as_uint(a) >> 24) & 0x80;
  unsigned int bits = a != a ? 0x7f : weft_float8(a, 3, 7, 0x7e);
  return float8_e4m3fn{(unsigned char)(sign | bits)};
#endif
}

/* Beyond the largest: infinity. */
WEFT_DEVICE float8_e5m2 weft_float8_e5m2(float a) {
  unsigned int sign = (__float_as_uint(a) >> 24) & 0x80;
  unsigned int bits = a != a ? 0x7e : weft_float8(a, 2, 15, 0x7c);
  return float8_e5m2{(unsigned char)(sign | bits)};
}

/* There are no instructions for these: computed as floats, rounded once. */
#define WEFT_FLOAT8(T)                                                                         \
  WEFT_DEVICE T weft_add(T a, T b) { return weft_##T(weft_float(a) + weft_float(b)); }         \
  WEFT_DEVICE T weft_sub(T a, T b) { return weft_##T(weft_float(a) - weft_float(b)); }         \
  WEFT_DEVICE T weft_mul(T a, T b) { return weft_##T(weft_float(a) * weft_float(b)); }         \
  WEFT_DEVICE T weft_div(T a, T b) { return weft_##T(__fdiv_rn(weft_float(a), weft_float(b))); }
WEFT_FLOAT8(float8_e4m3fn)
WEFT_FLOAT8(float8_e5m2)
