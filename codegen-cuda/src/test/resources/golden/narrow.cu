#pragma nv_diag_suppress 177
#define WEFT_DEVICE static __device__ __forceinline__

/* IEEE 754 binary16. */
struct float16 {
  unsigned short bits;
};

WEFT_DEVICE float weft_float(float16 a) {
  float r;
  asm("cvt.f32.f16 %0, %1;" : "=f"(r) : "h"(a.bits));
  return r;
}

WEFT_DEVICE float16 weft_float16(float a) {
  float16 r;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(r.bits) : "f"(a));
  return r;
}

WEFT_DEVICE float16 weft_float16(double a) {
  float16 r;
  asm("cvt.rn.f16.f64 %0, %1;" : "=h"(r.bits) : "d"(a));
  return r;
}

#define WEFT_HALF(NAME, INSTRUCTION)                                                       \
  WEFT_DEVICE float16 NAME(float16 a, float16 b) {                                         \
    float16 r;                                                                             \
    asm(INSTRUCTION ".f16 %0, %1, %2;" : "=h"(r.bits) : "h"(a.bits), "h"(b.bits));         \
    return r;                                                                              \
  }                                                                                        \
  WEFT_DEVICE unsigned int NAME##_pair(unsigned int a, unsigned int b, float16) {     \
    unsigned int r;                                                                        \
    asm(INSTRUCTION ".f16x2 %0, %1, %2;" : "=r"(r) : "r"(a), "r"(b));                      \
    return r;                                                                              \
  }
WEFT_HALF(weft_add, "add.rn")
WEFT_HALF(weft_sub, "sub.rn")
WEFT_HALF(weft_mul, "mul.rn")

/* A float holds more than twice the bits: rounding twice rounds as once. */
WEFT_DEVICE float16 weft_div(float16 a, float16 b) {
  return weft_float16(__fdiv_rn(weft_float(a), weft_float(b)));
}

WEFT_DEVICE float16 fma(float16 a, float16 b, float16 c) {
  float16 r;
  asm("fma.rn.f16 %0, %1, %2, %3;" : "=h"(r.bits) : "h"(a.bits), "h"(b.bits), "h"(c.bits));
  return r;
}

WEFT_DEVICE unsigned int weft_fma_pair(unsigned int a, unsigned int b, unsigned int c, float16) {
  unsigned int r;
  asm("fma.rn.f16x2 %0, %1, %2, %3;" : "=r"(r) : "r"(a), "r"(b), "r"(c));
  return r;
}

/* The upper half of a binary32. */
struct bfloat16 {
  unsigned short bits;
};

WEFT_DEVICE float weft_float(bfloat16 a) {
  return __int_as_float((int)a.bits << 16);
}

WEFT_DEVICE bfloat16 weft_bfloat16(float a) {
  bfloat16 r;
#if __CUDA_ARCH__ >= 800
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(r.bits) : "f"(a));
#else
  unsigned int x = __float_as_uint(a);
  r.bits = a != a ? 0x7fff : (x + 0x7fff + ((x >> 16) & 1)) >> 16;
#endif
  return r;
}

/* To float towards zero, with a last bit that says whether anything was lost: then to nearest. */
WEFT_DEVICE bfloat16 weft_bfloat16(double a) {
  float near_zero = __double2float_rz(a);
  unsigned int x = __float_as_uint(near_zero);
  return weft_bfloat16(a == a && (double)near_zero != a ? __uint_as_float(x | 1) : near_zero);
}

WEFT_DEVICE bfloat16 fma(bfloat16 a, bfloat16 b, bfloat16 c) {
#if __CUDA_ARCH__ >= 800
  bfloat16 r;
  asm("fma.rn.bf16 %0, %1, %2, %3;" : "=h"(r.bits) : "h"(a.bits), "h"(b.bits), "h"(c.bits));
  return r;
#else
  return weft_bfloat16(
      __dadd_rn((double)weft_float(a) * weft_float(b), (double)weft_float(c)));
#endif
}

WEFT_DEVICE unsigned int weft_fma_pair(unsigned int a, unsigned int b, unsigned int c, bfloat16) {
  unsigned int r;
#if __CUDA_ARCH__ >= 800
  asm("fma.rn.bf16x2 %0, %1, %2, %3;" : "=r"(r) : "r"(a), "r"(b), "r"(c));
#else
  bfloat16 low =
      fma(bfloat16{(unsigned short)a}, bfloat16{(unsigned short)b}, bfloat16{(unsigned short)c});
  bfloat16 high = fma(bfloat16{(unsigned short)(a >> 16)}, bfloat16{(unsigned short)(b >> 16)},
      bfloat16{(unsigned short)(c >> 16)});
  r = low.bits | (unsigned int)high.bits << 16;
#endif
  return r;
}

/* Before sm_90 there is only fma: a + b = a 1 + b, a - b = b (-1) + a, a b = a b + (-0). */
#if __CUDA_ARCH__ >= 900
#define WEFT_BFLOAT(NAME, INSTRUCTION, A, B, C)                                              \
  WEFT_DEVICE bfloat16 NAME(bfloat16 a, bfloat16 b) {                                        \
    bfloat16 r;                                                                              \
    asm(INSTRUCTION ".bf16 %0, %1, %2;" : "=h"(r.bits) : "h"(a.bits), "h"(b.bits));          \
    return r;                                                                                \
  }                                                                                          \
  WEFT_DEVICE unsigned int NAME##_pair(unsigned int a, unsigned int b, bfloat16) {      \
    unsigned int r;                                                                          \
    asm(INSTRUCTION ".bf16x2 %0, %1, %2;" : "=r"(r) : "r"(a), "r"(b));                       \
    return r;                                                                                \
  }
#else
#define WEFT_BFLOAT(NAME, INSTRUCTION, A, B, C)                                              \
  WEFT_DEVICE bfloat16 NAME(bfloat16 a, bfloat16 b) {                                        \
    const bfloat16 one = {0x3f80}, minus_one = {0xbf80}, minus_zero = {0x8000};              \
    return fma(A, B, C);                                                                     \
  }                                                                                          \
  WEFT_DEVICE unsigned int NAME##_pair(unsigned int a, unsigned int b, bfloat16) {      \
    const unsigned int one = 0x3f803f80, minus_one = 0xbf80bf80, minus_zero = 0x80008000;    \
    return weft_fma_pair(A, B, C, bfloat16());                                               \
  }
#endif
WEFT_BFLOAT(weft_add, "add.rn", a, one, b)
WEFT_BFLOAT(weft_sub, "sub.rn", b, minus_one, a)
WEFT_BFLOAT(weft_mul, "mul.rn", a, b, minus_zero)

/* A float holds more than twice the bits: rounding twice rounds as once. */
WEFT_DEVICE bfloat16 weft_div(bfloat16 a, bfloat16 b) {
  return weft_bfloat16(__fdiv_rn(weft_float(a), weft_float(b)));
}

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

/* Operators of a narrow float T with bits of type U. */
#define WEFT_NARROW(T, U, SIGN)                                                          \
  WEFT_DEVICE T operator+(T a, T b) { return weft_add(a, b); }                           \
  WEFT_DEVICE T operator-(T a, T b) { return weft_sub(a, b); }                           \
  WEFT_DEVICE T operator*(T a, T b) { return weft_mul(a, b); }                           \
  WEFT_DEVICE T operator/(T a, T b) { return weft_div(a, b); }                           \
  WEFT_DEVICE T operator-(T a) { return T{(U)(a.bits ^ SIGN)}; }                         \
  WEFT_DEVICE bool operator==(T a, T b) { return weft_float(a) == weft_float(b); }       \
  WEFT_DEVICE bool operator!=(T a, T b) { return weft_float(a) != weft_float(b); }       \
  WEFT_DEVICE bool operator<(T a, T b) { return weft_float(a) < weft_float(b); }         \
  WEFT_DEVICE bool operator<=(T a, T b) { return weft_float(a) <= weft_float(b); }       \
  WEFT_DEVICE bool operator>(T a, T b) { return weft_float(a) > weft_float(b); }         \
  WEFT_DEVICE bool operator>=(T a, T b) { return weft_float(a) >= weft_float(b); }
WEFT_NARROW(float16, unsigned short, 0x8000)
WEFT_NARROW(bfloat16, unsigned short, 0x8000)
WEFT_NARROW(float8_e4m3fn, unsigned char, 0x80)
WEFT_NARROW(float8_e5m2, unsigned char, 0x80)

extern "C" __global__ void __launch_bounds__(128) scaled(
    const float8_e4m3fn* __restrict__ A,
    bfloat16* __restrict__ B) {
  const int blockIdx_x = (int)blockIdx.x;
  const int threadIdx_x = (int)threadIdx.x;
  B[blockIdx_x * 128 + threadIdx_x] = weft_bfloat16(weft_float(A[blockIdx_x * 128 + threadIdx_x]))
      * bfloat16{0x4040};
}
