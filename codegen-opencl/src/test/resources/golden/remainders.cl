/* a - floor(a / b) * b */
static inline float weft_floormod_float(float a, float b) {
  float r = fmod(a, b);
  return r != 0.0f && (r < 0.0f) != (b < 0.0f) ? r + b : r;
}

/* a - floor(a / b) * b */
static inline float8 weft_floormod_float8(float8 a, float8 b) {
  const float8 zero = (float8)(0.0f);
  const float8 r = fmod(a, b);
  return select(r, r + b, (r != zero) & ((r < zero) != (b < zero)));
}

__kernel __attribute__((reqd_work_group_size(128, 1, 1))) void remainders(
    __global const float* restrict A,
    __global float* restrict B) {
  const int blockIdx_x = get_group_id(0);
  const int threadIdx_x = get_local_id(0);
  B[blockIdx_x * 128 + threadIdx_x] = weft_floormod_float(A[blockIdx_x * 128 + threadIdx_x], 0.3f);
  vstore8(weft_floormod_float8(vload8(0, &A[threadIdx_x * 8]), (float8)(0.3f)), 0,
      &B[threadIdx_x * 8]);
}
