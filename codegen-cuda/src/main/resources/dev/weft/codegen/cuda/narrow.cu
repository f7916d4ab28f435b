/* Operators of a narrow float T with bits of type U. */
#define WEFT_NARROW(T, U, SIGN)                                                          \
  WEFT_DEVICE T operator+(T a, T b) { return weft_add(a, b); }                           \
  WEFT_DEVICE T operator-(T a, T b) { return weft_sub(a, b); }                           \
  WEFT_DEVICE T operator*(T a, T b) { return weft_mul(a, b); }                           \
  WEFT_DEVICE T operator/(T a, T b) { return weft_div(a, b); }                           \
  WEFT_DEVICE T operator-(T a) { return T{(U)(a.bits ^ SIGN)}; }                         \
  WEFT_DEVICE bool operator==(T a, T b) { return weft_float(a) == weft_float(b); }       \
  WEFT_DEVICE bool operator!=(T a, T b) { return weft_float(a) != weft_float(b); }       \
  WEFT_DEVICE bool operator<(T a, T b) { return weft_float(a) < weft_float(b); }         \
  WEFT_DEVICE bool operator<=(T a, T b) { return weft_float(a) <= weft_float(b); }       \
  WEFT_DEVICE bool operator>(T a, T b) { return weft_float(a) > weft_float(b); }         \
  WEFT_DEVICE bool operator>=(T a, T b) { return weft_float(a) >= weft_float(b); }
