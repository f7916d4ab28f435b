/* Vectors: lanes in order, aligned like one memory access of up to 16 bytes. */
template <typename T, int N>
struct alignas(sizeof(T) * N < 16 ? sizeof(T) * N : 16) weft_vec {
  T v[N];
};

#define WEFT_LANES(EXPRESSION)         \
  _Pragma("unroll")                    \
  for (int i = 0; i < N; ++i) {        \
    r.v[i] = (EXPRESSION);             \
  }                                    \
  return r;
#define WEFT_BINARY(OPERATOR)                                                           \
  template <typename T, int N>                                                          \
  WEFT_DEVICE weft_vec<T, N> operator OPERATOR(weft_vec<T, N> a, weft_vec<T, N> b) {    \
    weft_vec<T, N> r;                                                                   \
    WEFT_LANES((T)(a.v[i] OPERATOR b.v[i]))                                             \
  }
#define WEFT_COMPARISON(OPERATOR)                                                       \
  template <typename T, int N>                                                          \
  WEFT_DEVICE weft_vec<int, N> operator OPERATOR(weft_vec<T, N> a, weft_vec<T, N> b) {  \
    weft_vec<int, N> r;                                                                 \
    WEFT_LANES(a.v[i] OPERATOR b.v[i] ? -1 : 0)                                         \
  }
WEFT_BINARY(+)
WEFT_BINARY(-)
WEFT_BINARY(*)
WEFT_BINARY(/)
WEFT_BINARY(%)
WEFT_BINARY(&)
WEFT_BINARY(|)
WEFT_BINARY(^)
WEFT_BINARY(<<)
WEFT_BINARY(>>)
WEFT_COMPARISON(==)
WEFT_COMPARISON(!=)
WEFT_COMPARISON(<)
WEFT_COMPARISON(<=)
WEFT_COMPARISON(>)
WEFT_COMPARISON(>=)

template <typename T, int N>
WEFT_DEVICE weft_vec<T, N> operator-(weft_vec<T, N> a) {
  weft_vec<T, N> r;
  WEFT_LANES((T)-a.v[i])
}

template <typename T, int N>
WEFT_DEVICE weft_vec<T, N> operator~(weft_vec<T, N> a) {
  weft_vec<T, N> r;
  WEFT_LANES((T)~a.v[i])
}

template <typename T, int N>
WEFT_DEVICE weft_vec<T, N> weft_broadcast(T a) {
  weft_vec<T, N> r;
  WEFT_LANES(a)
}

/* Lanes of a where the mask is not 0, of b elsewhere. */
template <typename T, int N>
WEFT_DEVICE weft_vec<T, N> weft_select(weft_vec<int, N> mask, weft_vec<T, N> a, weft_vec<T, N> b) {
  weft_vec<T, N> r;
  WEFT_LANES(mask.v[i] ? a.v[i] : b.v[i])
}
