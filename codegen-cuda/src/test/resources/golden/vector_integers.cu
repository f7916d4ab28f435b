#pragma nv_diag_suppress 177
#define WEFT_DEVICE static __device__ __forceinline__
typedef unsigned int uint32;

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

typedef weft_vec<int, 4> int32x4;

/* a / b, rounded towards minus infinity */
WEFT_DEVICE int weft_floordiv_int(int a, int b) {
  int q = a / b;
  return q - ((a % b != 0) && ((a < 0) != (b < 0)) ? 1 : 0);
}

/* the smallest number divided by -1 wraps around */
WEFT_DEVICE int weft_floordiv_wrap_int(int a, int b) {
  return b == -1 ? (int)(-(uint32)a) : weft_floordiv_int(a, b);
}

WEFT_DEVICE int32x4 weft_vec_floordiv_wrap_int_int32x4_int32x4(int32x4 a, int32x4 b) {
  int32x4 r;
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    r.v[i] = (int)weft_floordiv_wrap_int(a.v[i], b.v[i]);
  }
  return r;
}

/* shifted by the width or more, nothing but the sign is left */
WEFT_DEVICE int weft_shl_int(int a, long long b) {
  return b >= 0 && b < 32 ? (int)((uint32)a << b) : 0;
}

WEFT_DEVICE int weft_lane_shift_left_int32_int32(int a, int b) {
  return weft_shl_int(a, b);
}

WEFT_DEVICE int32x4 weft_vec_lane_shift_left_int32_int32_int32x4_int32x4(int32x4 a, int32x4 b) {
  int32x4 r;
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    r.v[i] = (int)weft_lane_shift_left_int32_int32(a.v[i], b.v[i]);
  }
  return r;
}

/* a to the power of b, by squaring */
WEFT_DEVICE int weft_intpow_int(int a, int b) {
  if (b < 0) return a == 1 || a == -1 ? (b & 1 ? a : 1) : 0;
  uint32 power = 1;
  uint32 square = (uint32)a;
  for (uint32 e = (uint32)b; e != 0; e >>= 1) {
    if (e & 1) power *= square;
    square *= square;
  }
  return (int)power;
}

WEFT_DEVICE int weft_lane_pow_int32_int32(int a, int b) {
  return weft_intpow_int(a, b);
}

WEFT_DEVICE int32x4 weft_vec_lane_pow_int32_int32_int32x4_int32x4(int32x4 a, int32x4 b) {
  int32x4 r;
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    r.v[i] = (int)weft_lane_pow_int32_int32(a.v[i], b.v[i]);
  }
  return r;
}

extern "C" __global__ void __launch_bounds__(128) vector_integers(
    const int* __restrict__ A,
    int* __restrict__ C) {
  const int blockIdx_x = (int)blockIdx.x;
  const int threadIdx_x = (int)threadIdx.x;
  *(int32x4*)&C[(blockIdx_x * 128 + threadIdx_x)
      * 4] = weft_vec_lane_pow_int32_int32_int32x4_int32x4(weft_vec_lane_shift_left_int32_int32_int32x4_int32x4(weft_vec_floordiv_wrap_int_int32x4_int32x4(*(const int32x4*)&A[(blockIdx_x * 128 + threadIdx_x) * 4], *(const int32x4*)&C[(blockIdx_x * 128 + threadIdx_x) * 4]), *(const int32x4*)&C[(blockIdx_x * 128 + threadIdx_x) * 4]), *(const int32x4*)&A[(blockIdx_x * 128 + threadIdx_x) * 4]) % weft_broadcast<int, 4>(3);
}
