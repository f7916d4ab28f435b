__kernel __attribute__((reqd_work_group_size(128, 1, 1))) void vector_add(
    __global const float* restrict A,
    __global const float* restrict B,
    __global float* restrict C) {
  const int blockIdx_x = get_group_id(0);
  const int threadIdx_x = get_local_id(0);
  C[blockIdx_x * 128 + threadIdx_x] = A[blockIdx_x * 128 + threadIdx_x]
      + B[blockIdx_x * 128 + threadIdx_x];
}
