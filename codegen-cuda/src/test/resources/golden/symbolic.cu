#pragma nv_diag_suppress 177
#define WEFT_DEVICE static __device__ __forceinline__

extern "C" __global__ void __launch_bounds__(128) exp_n(
    const float* __restrict__ A,
    float* __restrict__ half_1,
    const int n) {
  const int blockIdx_x = (int)blockIdx.x;
  const int threadIdx_x = (int)threadIdx.x;
  if (blockIdx_x * 128 + threadIdx_x < n) {
    half_1[blockIdx_x * 128 + threadIdx_x] = expf(A[blockIdx_x * 128 + threadIdx_x]);
  }
}
