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

/* Vectors: lanes in order, aligned like one memory access of up to 16 bytes. */
template <typename T, int N>
struct alignas(sizeof(T) * N < 16 ? sizeof(T) * N : 16) weft_vec {
  T v[N];
};

#define WEFT_LANES(EXPRESSION)         \
  _Pragma("unroll")                    \
  for (int i = 0; i < N; ++i) {        \
    r.v[i] = (EXPRESSION);             \
  }                                    \
  return r;
#define WEFT_BINARY(OPERATOR)                                                           \
  template <typename T, int N>                                                          \
  WEFT_DEVICE weft_vec<T, N> operator OPERATOR(weft_vec<T, N> a, weft_vec<T, N> b) {    \
    weft_vec<T, N> r;                                                                   \
    WEFT_LANES((T)(a.v[i] OPERATOR b.v[i]))                                             \
  }
#define WEFT_COMPARISON(OPERATOR)                                                       \
  template <typename T, int N>                                                          \
  WEFT_DEVICE weft_vec<int, N> operator OPERATOR(weft_vec<T, N> a, weft_vec<T, N> b) {  \
    weft_vec<int, N> r;                                                                 \
    WEFT_LANES(a.v[i] OPERATOR b.v[i] ? -1 : 0)                                         \
  }
WEFT_BINARY(+)
WEFT_BINARY(-)
WEFT_BINARY(*)
WEFT_BINARY(/)
WEFT_BINARY(%)
WEFT_BINARY(&)
WEFT_BINARY(|)
WEFT_BINARY(^)
WEFT_BINARY(<<)
WEFT_BINARY(>>)
WEFT_COMPARISON(==)
WEFT_COMPARISON(!=)
WEFT_COMPARISON(<)
WEFT_COMPARISON(<=)
WEFT_COMPARISON(>)
WEFT_COMPARISON(>=)

template <typename T, int N>
WEFT_DEVICE weft_vec<T, N> operator-(weft_vec<T, N> a) {
  weft_vec<T, N> r;
  WEFT_LANES((T)-a.v[i])
}

template <typename T, int N>
WEFT_DEVICE weft_vec<T, N> operator~(weft_vec<T, N> a) {
  weft_vec<T, N> r;
  WEFT_LANES((T)~a.v[i])
}

template <typename T, int N>
WEFT_DEVICE weft_vec<T, N> weft_broadcast(T a) {
  weft_vec<T, N> r;
  WEFT_LANES(a)
}

/* Lanes of a where the mask is not 0, of b elsewhere. */
template <typename T, int N>
WEFT_DEVICE weft_vec<T, N> weft_select(weft_vec<int, N> mask, weft_vec<T, N> a, weft_vec<T, N> b) {
  weft_vec<T, N> r;
  WEFT_LANES(mask.v[i] ? a.v[i] : b.v[i])
}

/* Vectors of a 16-bit float T, two lanes in an instruction. */
#define WEFT_PAIRS(T, OPERATOR, NAME)                                                      \
  template <int N>                                                                         \
  WEFT_DEVICE weft_vec<T, N> operator OPERATOR(weft_vec<T, N> a, weft_vec<T, N> b) {       \
    weft_vec<T, N> r;                                                                      \
    _Pragma("unroll")                                                                      \
    for (int i = 0; i < N; i += 2) {                                                       \
      unsigned int p = NAME##_pair(a.v[i].bits | (unsigned int)a.v[i + 1].bits << 16, \
          b.v[i].bits | (unsigned int)b.v[i + 1].bits << 16, T());                         \
      r.v[i].bits = (unsigned short)p;                                                     \
      r.v[i + 1].bits = (unsigned short)(p >> 16);                                         \
    }                                                                                      \
    return r;                                                                              \
  }
WEFT_PAIRS(float16, +, weft_add)
WEFT_PAIRS(float16, -, weft_sub)
WEFT_PAIRS(float16, *, weft_mul)

typedef weft_vec<float16, 8> float16x8;

extern "C" __global__ void __launch_bounds__(128) halves(
    const float16* __restrict__ A,
    float16* __restrict__ B) {
  const int blockIdx_x = (int)blockIdx.x;
  const int threadIdx_x = (int)threadIdx.x;
  *(float16x8*)&B[(blockIdx_x * 128 + threadIdx_x) * 8] =
      *(const float16x8*)&A[(blockIdx_x * 128 + threadIdx_x) * 8] * weft_broadcast<float16,
      8>(float16{0x3800}) + *(const float16x8*)&A[(blockIdx_x * 128 + threadIdx_x) * 8];
}
