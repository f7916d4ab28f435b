#pragma nv_diag_suppress 177
#define WEFT_DEVICE static __device__ __forceinline__
typedef signed char int8;

extern "C" __global__ void __launch_bounds__(128) reversed(
    const float* __restrict__ A,
    float* __restrict__ B) {
  __shared__ alignas(128) float A_shared[128];
  __shared__ alignas(128) int8 flags[33];
  const int blockIdx_x = (int)blockIdx.x;
  const int threadIdx_x = (int)threadIdx.x;
  A_shared[threadIdx_x] = A[blockIdx_x * 128 + threadIdx_x];
  __syncthreads();
  B[blockIdx_x * 128 + threadIdx_x] = A_shared[127 - threadIdx_x];
}
