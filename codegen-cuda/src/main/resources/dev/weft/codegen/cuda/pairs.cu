/* Vectors of a 16-bit float T, two lanes in an instruction. */
#define WEFT_PAIRS(T, OPERATOR, NAME)                                                      \
  template <int N>                                                                         \
  WEFT_DEVICE weft_vec<T, N> operator OPERATOR(weft_vec<T, N> a, weft_vec<T, N> b) {       \
    weft_vec<T, N> r;                                                                      \
    _Pragma("unroll")                                                                      \
    for (int i = 0; i < N; i += 2) {                                                       \
      unsigned int p = NAME##_pair(a.v[i].bits | (unsigned int)a.v[i + 1].bits << 16, \
          b.v[i].bits | (unsigned int)b.v[i + 1].bits << 16, T());                         \
      r.v[i].bits = (unsigned short)p;                                                     \
      r.v[i + 1].bits = (unsigned short)(p >> 16);                                         \
    }                                                                                      \
    return r;                                                                              \
  }
