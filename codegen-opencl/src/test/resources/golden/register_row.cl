/* NaN if either is NaN */
static inline float8 weft_max_float8(float8 a, float8 b) {
  return select(a, b, (a < b) | (b != b));
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void register_row(
    __global const float* restrict A,
    __global const float* restrict B,
    __global float* restrict C) {
  const int blockIdx_x = get_group_id(0);
  const int threadIdx_x = get_local_id(0);
  float C_local[8];
  vstore8((float8)(0.0f), 0, C_local);
  for (int k = 0; k < 64; ++k) {
    vstore8(vload8(0, C_local) + (float8)(A[k]) * vload8(0, &B[k * 8]), 0, C_local);
  }
  vstore8(weft_max_float8(vload8(0, C_local), (float8)(0.0f)), 0, C);
}
