__kernel __attribute__((reqd_work_group_size(128, 1, 1))) void half_it(
    __global const half* restrict A,
    __global half* restrict B) {
  const int blockIdx_x = get_group_id(0);
  const int threadIdx_x = get_local_id(0);
  vstore_half(vload_half(0, &A[blockIdx_x * 128 + threadIdx_x]) * 0.5f, 0,
      &B[blockIdx_x * 128 + threadIdx_x]);
}
