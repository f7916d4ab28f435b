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

/* Copies from global to shared memory that run beside the threads; sm_80 and later. Beyond `bytes`
   zeros are written. */
template <int SIZE>
WEFT_DEVICE void weft_copy_async(void* shared, const void* global, int bytes = SIZE) {
  unsigned int to = (unsigned int)__cvta_generic_to_shared(shared);
  if (SIZE == 16) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;"
                 :: "r"(to), "l"(global), "r"(bytes) : "memory");
  } else {
    asm volatile("cp.async.ca.shared.global [%0], [%1], %2, %3;"
                 :: "r"(to), "l"(global), "n"(SIZE), "r"(bytes) : "memory");
  }
}

WEFT_DEVICE void weft_commit_group() {
  asm volatile("cp.async.commit_group;" ::: "memory");
}

/* Waits until at most PENDING of the thread's groups are under way. */
template <int PENDING>
WEFT_DEVICE void weft_wait_group() {
  asm volatile("cp.async.wait_group %0;" :: "n"(PENDING) : "memory");
}

typedef weft_vec<float, 4> float32x4;

extern "C" __global__ void __launch_bounds__(128) copy(
    float* __restrict__ A,
    float* __restrict__ B) {
  __shared__ alignas(1024) float A_shared[512];
  const int blockIdx_x = (int)blockIdx.x;
  const int threadIdx_x = (int)threadIdx.x;
  weft_copy_async<16>(A_shared + threadIdx_x * 4, A + (blockIdx_x * 128 + threadIdx_x) * 4,
      blockIdx_x * 128 + threadIdx_x < 1000 ? 16 : 0);
  weft_commit_group();
  weft_wait_group<0>();
  __syncthreads();
  *(float32x4*)&B[(blockIdx_x * 128 + threadIdx_x) * 4] =
      *(const float32x4*)&A_shared[threadIdx_x * 4];
}
