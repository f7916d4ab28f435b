#pragma nv_diag_suppress 177
#define WEFT_DEVICE static __device__ __forceinline__

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
WEFT_NARROW(bfloat16, unsigned short, 0x8000)

/* a - floor(a / b) * b */
WEFT_DEVICE float weft_floormod_float(float a, float b) {
  float r = fmodf(a, b);
  return r != 0.0f && (r < 0.0f) != (b < 0.0f) ? r + b : r;
}

/* a - floor(a / b) * b */
WEFT_DEVICE bfloat16 weft_floormod_bfloat16(bfloat16 a, bfloat16 b) {
  bfloat16 r = weft_bfloat16(fmodf(weft_float(a), weft_float(b)));
  return r != bfloat16{0x0} && (r < bfloat16{0x0}) != (b < bfloat16{0x0}) ? r + b : r;
}

extern "C" __global__ void __launch_bounds__(128) remainders(
    float* __restrict__ A,
    bfloat16* __restrict__ B) {
  const int blockIdx_x = (int)blockIdx.x;
  const int threadIdx_x = (int)threadIdx.x;
  A[blockIdx_x * 128 + threadIdx_x] = weft_floormod_float(A[blockIdx_x * 128 + threadIdx_x], 0.3f);
  B[blockIdx_x * 128 + threadIdx_x] = weft_floormod_bfloat16(B[blockIdx_x * 128 + threadIdx_x],
      B[blockIdx_x * 128 + threadIdx_x]);
}
