#pragma nv_diag_suppress 177
#define WEFT_DEVICE static __device__ __forceinline__

extern "C" __global__ void __launch_bounds__(128) vector_add(
    const float* __restrict__ A,
    const float* __restrict__ B,
    float* __restrict__ C) {
  const int blockIdx_x = (int)blockIdx.x;
  const int threadIdx_x = (int)threadIdx.x;
  C[blockIdx_x * 128 + threadIdx_x] = A[blockIdx_x * 128 + threadIdx_x]
      + B[blockIdx_x * 128 + threadIdx_x];
}
