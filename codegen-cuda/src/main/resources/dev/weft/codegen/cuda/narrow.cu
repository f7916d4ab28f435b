/* Operators of a 16-bit float T. */
#define WEFT_NARROW(T, SIGN)                                                             \
  WEFT_DEVICE T operator+(T a, T b) { return weft_add(a, b); }                           \
  WEFT_DEVICE T operator-(T a, T b) { return weft_sub(a, b); }                           \
  WEFT_DEVICE T operator*(T a, T b) { return weft_mul(a, b); }                           \
  WEFT_DEVICE T operator/(T a, T b) { return weft_div(a, b); }                           \
  WEFT_DEVICE T operator-(T a) { return T{(unsigned short)(a.bits ^ SIGN)}; }            \
  WEFT_DEVICE bool operator==(T a, T b) { return weft_float(a) == weft_float(b); }       \
  WEFT_DEVICE bool operator!=(T a, T b) { return weft_float(a) != weft_float(b); }       \
  WEFT_DEVICE bool operator<(T a, T b) { return weft_float(a) < weft_float(b); }         \
  WEFT_DEVICE bool operator<=(T a, T b) { return weft_float(a) <= weft_float(b); }       \
  WEFT_DEVICE bool operator>(T a, T b) { return weft_float(a) > weft_float(b); }         \
  WEFT_DEVICE bool operator>=(T a, T b) { return weft_float(a) >= weft_float(b); }
