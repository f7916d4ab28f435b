#pragma nv_diag_suppress 177
#define WEFT_DEVICE static __device__ __forceinline__
typedef unsigned int uint32;

extern "C" __global__ void __launch_bounds__(128) sum(
    const float* __restrict__ A,
    float* __restrict__ B) {
  const int blockIdx_x = (int)blockIdx.x;
  const int threadIdx_x = (int)threadIdx.x;
  float sum_1;
  sum_1 = A[blockIdx_x * 128 + threadIdx_x];
  sum_1 = sum_1 + __shfl_down_sync((unsigned int)4294967295u, sum_1, 16, 32);
  atomicAdd(&B[0], sum_1);
}
