/* a / b, rounded towards minus infinity */
static inline int weft_floordiv_int(int a, int b) {
  int q = a / b;
  return q - ((a % b != 0) && ((a < 0) != (b < 0)) ? 1 : 0);
}

/* the smallest number divided by -1 wraps around */
static inline int weft_floordiv_wrap_int(int a, int b) {
  return b == -1 ? (int)(-(uint)a) : weft_floordiv_int(a, b);
}

/* shifted by the width or more, nothing but the sign is left */
static inline int weft_shl_int(int a, long b) {
  return b >= 0 && b < 32 ? (int)((uint)a << b) : 0;
}

/* the smallest number divided by -1 wraps around */
static inline int weft_truncdiv_wrap_int(int a, int b) {
  return b == -1 ? (int)(-(uint)a) : a / b;
}

__kernel __attribute__((reqd_work_group_size(128, 1, 1))) void integers(
    __global const int* restrict A,
    __global int* restrict B) {
  const int blockIdx_x = get_group_id(0);
  const int threadIdx_x = get_local_id(0);
  B[blockIdx_x * 128 + threadIdx_x] = (int)((uint)weft_floordiv_wrap_int((int)((uint)A[blockIdx_x
      * 128 + threadIdx_x] * 3u), (int)((uint)A[blockIdx_x * 128 + threadIdx_x] - 5u))
      + (uint)weft_shl_int(A[blockIdx_x * 128 + threadIdx_x], 3));
  B[blockIdx_x * 128 + threadIdx_x] = (int)((uint)weft_floordiv_int(A[blockIdx_x * 128
      + threadIdx_x], -3) + (uint)(A[blockIdx_x * 128 + threadIdx_x] % 7));
  B[blockIdx_x * 128 + threadIdx_x] = weft_truncdiv_wrap_int(A[blockIdx_x * 128 + threadIdx_x],
      (int)((uint)A[blockIdx_x * 128 + threadIdx_x] * (uint)A[blockIdx_x * 128 + threadIdx_x]));
}
