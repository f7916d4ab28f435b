/* IEEE 754 binary16. */
struct float16 {
  unsigned short bits;
};

WEFT_DEVICE float weft_float(float16 a) {
  float r;
  asm("cvt.f32.f16 %0, %1;" : "=f"(r) : "h"(a.bits));
  return r;
}

WEFT_DEVICE float16 weft_float16(float a) {
  float16 r;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(r.bits) : "f"(a));
  return r;
}

WEFT_DEVICE float16 weft_float16(double a) {
  float16 r;
  asm("cvt.rn.f16.f64 %0, %1;" : "=h"(r.bits) : "d"(a));
  return r;
}

#define WEFT_HALF(NAME, INSTRUCTION)                                                       \
  WEFT_DEVICE float16 NAME(float16 a, float16 b) {                                         \
    float16 r;                                                                             \
    asm(INSTRUCTION ".f16 %0, %1, %2;" : "=h"(r.bits) : "h"(a.bits), "h"(b.bits));         \
    return r;                                                                              \
  }                                                                                        \
  WEFT_DEVICE unsigned int NAME##_pair(unsigned int a, unsigned int b, float16) {     \
    unsigned int r;                                                                        \
    asm(INSTRUCTION ".f16x2 %0, %1, %2;" : "=r"(r) : "r"(a), "r"(b));                      \
    return r;                                                                              \
  }
WEFT_HALF(weft_add, "add.rn")
WEFT_HALF(weft_sub, "sub.rn")
WEFT_HALF(weft_mul, "mul.rn")

/* A float holds more than twice the bits: rounding twice rounds as once. */
WEFT_DEVICE float16 weft_div(float16 a, float16 b) {
  return weft_float16(__fdiv_rn(weft_float(a), weft_float(b)));
}

WEFT_DEVICE float16 fma(float16 a, float16 b, float16 c) {
  float16 r;
  asm("fma.rn.f16 %0, %1, %2, %3;" : "=h"(r.bits) : "h"(a.bits), "h"(b.bits), "h"(c.bits));
  return r;
}

WEFT_DEVICE unsigned int weft_fma_pair(unsigned int a, unsigned int b, unsigned int c, float16) {
  unsigned int r;
  asm("fma.rn.f16x2 %0, %1, %2, %3;" : "=r"(r) : "r"(a), "r"(b), "r"(c));
  return r;
}
