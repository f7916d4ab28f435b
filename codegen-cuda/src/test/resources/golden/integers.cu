#pragma nv_diag_suppress 177
#define WEFT_DEVICE static __device__ __forceinline__
typedef long long int64;
typedef unsigned int uint32;
typedef unsigned long long uint64;

/* Floats to integers towards zero: saturating, NaN gives 0. */
WEFT_DEVICE int weft_int32(double a) { return a == a ? __double2int_rz(a) : 0; }
WEFT_DEVICE unsigned int weft_uint32(double a) { return a == a ? __double2uint_rz(a) : 0; }
WEFT_DEVICE long long weft_int64(float a) { return a == a ? __float2ll_rz(a) : 0; }
WEFT_DEVICE long long weft_int64(double a) { return a == a ? __double2ll_rz(a) : 0; }
WEFT_DEVICE unsigned long long weft_uint64(float a) { return a == a ? __float2ull_rz(a) : 0; }
WEFT_DEVICE unsigned long long weft_uint64(double a) { return a == a ? __double2ull_rz(a) : 0; }

/* a / b, rounded towards minus infinity */
WEFT_DEVICE int weft_floordiv_int(int a, int b) {
  int q = a / b;
  return q - ((a % b != 0) && ((a < 0) != (b < 0)) ? 1 : 0);
}

/* the smallest number divided by -1 wraps around */
WEFT_DEVICE int weft_floordiv_wrap_int(int a, int b) {
  return b == -1 ? (int)(-(uint32)a) : weft_floordiv_int(a, b);
}

/* shifted by the width or more, nothing but the sign is left */
WEFT_DEVICE int weft_shl_int(int a, long long b) {
  return b >= 0 && b < 32 ? (int)((uint32)a << b) : 0;
}

extern "C" __global__ void __launch_bounds__(128) integers(
    const int* __restrict__ A,
    const float* __restrict__ F,
    int64* __restrict__ B) {
  const int blockIdx_x = (int)blockIdx.x;
  const int threadIdx_x = (int)threadIdx.x;
  B[blockIdx_x * 128 + threadIdx_x] = (int64)((uint64)(int64)(int)((uint32)weft_floordiv_wrap_int((int)((uint32)A[blockIdx_x * 128 + threadIdx_x] * 3u), (int)((uint32)A[blockIdx_x * 128 + threadIdx_x] - 5u)) + (uint32)weft_shl_int(A[blockIdx_x * 128 + threadIdx_x], 3)) + (uint64)weft_int64(F[blockIdx_x * 128 + threadIdx_x]));
}
