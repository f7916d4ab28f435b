#pragma nv_diag_suppress 177
#define WEFT_DEVICE static __device__ __forceinline__

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

typedef weft_vec<float, 4> float32x4;

WEFT_DEVICE float weft_lane_exp_float32(float a) {
  return expf(a);
}

WEFT_DEVICE float32x4 weft_vec_lane_exp_float32_float32x4(float32x4 a) {
  float32x4 r;
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    r.v[i] = (float)weft_lane_exp_float32(a.v[i]);
  }
  return r;
}

/* NaN if either is NaN */
WEFT_DEVICE float weft_max_float(float a, float b) {
#if __CUDA_ARCH__ >= 800
  float r;
  asm("max.NaN.f32 %0, %1, %2;" : "=f"(r) : "f"(a), "f"(b));
  return r;
#else
  return a > b || a != a ? a : b;
#endif
}

WEFT_DEVICE float32x4 weft_vec_max_float_float32x4_float32x4(float32x4 a, float32x4 b) {
  float32x4 r;
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    r.v[i] = (float)weft_max_float(a.v[i], b.v[i]);
  }
  return r;
}

extern "C" __global__ void __launch_bounds__(128) relu4(
    const float* __restrict__ A,
    float* __restrict__ C) {
  const int blockIdx_x = (int)blockIdx.x;
  const int threadIdx_x = (int)threadIdx.x;
  *(float32x4*)&C[(blockIdx_x * 128 + threadIdx_x)
      * 4] = weft_vec_max_float_float32x4_float32x4(weft_vec_lane_exp_float32_float32x4(*(const float32x4*)&A[(blockIdx_x * 128 + threadIdx_x) * 4]), weft_broadcast<float, 4>(0.0f));
}
