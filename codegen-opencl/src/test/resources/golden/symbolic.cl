__kernel __attribute__((reqd_work_group_size(128, 1, 1))) void exp_n(
    __global const float* restrict A,
    __global float* restrict B,
    const int n) {
  const int blockIdx_x = get_group_id(0);
  const int threadIdx_x = get_local_id(0);
  if (blockIdx_x * 128 + threadIdx_x < n) {
    B[blockIdx_x * 128 + threadIdx_x] = exp(A[blockIdx_x * 128 + threadIdx_x]);
  }
}
