/* a / b, rounded towards minus infinity */
static inline int8 weft_floordiv_int8(int8 a, int8 b) {
  const int8 zero = (int8)(0);
  return a / b + ((a % b != zero) & ((a < zero) != (b < zero)));
}

/* the smallest number divided by -1 wraps around */
static inline int8 weft_floordiv_wrap_int8(int8 a, int8 b) {
  const int8 m = b == (int8)(-1);
  const int8 d = select(b, (int8)(1), m);
  return select(weft_floordiv_int8(a, d), as_int8(-as_uint8(a)), m);
}

/* a - floor(a / b) * b */
static inline int8 weft_floormod_int8(int8 a, int8 b) {
  const int8 zero = (int8)(0);
  const int8 r = a % b;
  return r + (b & ((r != zero) & ((r < zero) != (b < zero))));
}

/* the smallest number divided by -1 wraps around */
static inline int8 weft_truncdiv_wrap_int8(int8 a, int8 b) {
  const int8 m = b == (int8)(-1);
  const int8 d = select(b, (int8)(1), m);
  return select(a / d, as_int8(-as_uint8(a)), m);
}

/* shifted by the width or more, nothing but the sign is left */
static inline int8 weft_shl_int8(int8 a, uint8 b) {
  return select((int8)(0), as_int8(as_uint8(a) << b), b < (uint8)(32u));
}

/* shifted by the width or more, nothing but the sign is left */
static inline int8 weft_shr_int8(int8 a, uint8 b) {
  return a >> min(b, (uint8)(31u));
}

__kernel __attribute__((reqd_work_group_size(128, 1, 1))) void vector_integers(
    __global const int* restrict A,
    __global const int* restrict B,
    __global int* restrict C) {
  const int blockIdx_x = get_group_id(0);
  const int threadIdx_x = get_local_id(0);
  vstore8(max(weft_floordiv_wrap_int8(vload8(0, &A[(blockIdx_x * 128 + threadIdx_x) * 8]),
      vload8(0, &B[(blockIdx_x * 128 + threadIdx_x) * 8])),
      weft_floormod_int8(vload8(0, &A[(blockIdx_x * 128 + threadIdx_x) * 8]), (int8)(3))), 0,
      &C[(blockIdx_x * 128 + threadIdx_x) * 8]);
  vstore8(weft_truncdiv_wrap_int8(vload8(0, &A[(blockIdx_x * 128 + threadIdx_x) * 8]),
      vload8(0, &B[(blockIdx_x * 128 + threadIdx_x) * 8])), 0,
      &C[(blockIdx_x * 128 + threadIdx_x) * 8]);
  vstore8(vload8(0, &A[(blockIdx_x * 128 + threadIdx_x) * 8]) % (int8)(3), 0,
      &C[(blockIdx_x * 128 + threadIdx_x) * 8]);
  vstore8(as_int8(as_uint8(vload8(0, &A[(blockIdx_x * 128 + threadIdx_x) * 8])) << (uint8)(3u)), 0,
      &C[(blockIdx_x * 128 + threadIdx_x) * 8]);
  vstore8(vload8(0, &A[(blockIdx_x * 128 + threadIdx_x) * 8]) >> (uint8)(3u), 0,
      &C[(blockIdx_x * 128 + threadIdx_x) * 8]);
  vstore8(weft_shl_int8(vload8(0, &A[(blockIdx_x * 128 + threadIdx_x) * 8]),
      as_uint8(vload8(0, &B[(blockIdx_x * 128 + threadIdx_x) * 8]))), 0,
      &C[(blockIdx_x * 128 + threadIdx_x) * 8]);
  vstore8(weft_shr_int8(vload8(0, &A[(blockIdx_x * 128 + threadIdx_x) * 8]),
      as_uint8(vload8(0, &B[(blockIdx_x * 128 + threadIdx_x) * 8]))), 0,
      &C[(blockIdx_x * 128 + threadIdx_x) * 8]);
}
