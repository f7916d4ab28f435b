/* a to the power of b, by squaring */
static inline long weft_intpow_long(long a, long b) {
  if (b < 0) return a == 1 || a == -1 ? (b & 1 ? a : 1) : 0;
  ulong power = 1;
  ulong square = (ulong)a;
  for (ulong e = (ulong)b; e != 0; e >>= 1) {
    if (e & 1) power *= square;
    square *= square;
  }
  return (long)power;
}

static inline long4 weft_intpow_long4(long4 a, long4 b) {
  a.s0 = weft_intpow_long(a.s0, b.s0);
  a.s1 = weft_intpow_long(a.s1, b.s1);
  a.s2 = weft_intpow_long(a.s2, b.s2);
  a.s3 = weft_intpow_long(a.s3, b.s3);
  return a;
}

/* a to the power of b, by squaring */
static inline uchar weft_intpow_uchar_long(uchar a, long b) {
  if (b < 0) return a == 1 ? (b & 1 ? a : 1) : 0;
  uint power = 1;
  uint square = (uint)a;
  for (ulong e = (ulong)b; e != 0; e >>= 1) {
    if (e & 1) power *= square;
    square *= square;
  }
  return (uchar)power;
}

__kernel __attribute__((reqd_work_group_size(128, 1, 1))) void powers(
    __global long* restrict A,
    __global uchar* restrict B) {
  const int blockIdx_x = get_group_id(0);
  const int threadIdx_x = get_local_id(0);
  vstore4(weft_intpow_long4(vload4(0, &A[(blockIdx_x * 128 + threadIdx_x) * 4]),
      vload4(0, &A[(blockIdx_x * 128 + threadIdx_x) * 4])), 0,
      &A[(blockIdx_x * 128 + threadIdx_x) * 4]);
  B[blockIdx_x * 128 + threadIdx_x] = weft_intpow_uchar_long(B[blockIdx_x * 128 + threadIdx_x],
      A[blockIdx_x * 128 + threadIdx_x]);
}
