package dev.weft.codegen.cuda;

import java.util.Set;

/** Names that mean something in CUDA C++ and so can't be given to variables. */
final class CudaNames {
  /** Keywords, types, and the built-in functions that generated code calls or a user would. */
  static final Set<String> RESERVED =
      Set.of(
          """
          alignas alignof and and_eq asm auto bitand bitor bool break case catch char
          char8_t char16_t char32_t class compl concept const consteval constexpr
          constinit const_cast continue co_await co_return co_yield decltype default
          delete do double dynamic_cast else enum explicit export extern false float for
          friend goto if inline int long mutable namespace new noexcept not not_eq nullptr
          operator or or_eq private protected public register reinterpret_cast requires
          return short signed sizeof static static_assert static_cast struct switch
          template this thread_local throw true try typedef typeid typename union unsigned
          using virtual void volatile wchar_t while xor xor_eq size_t ptrdiff_t clock_t
          __global__ __device__ __shared__ __constant__ __host__ __restrict__
          __launch_bounds__ threadIdx blockIdx blockDim gridDim warpSize clusterDim
          clusterIdx dim3 int1 int2 int3 int4 uint1 uint2 uint3 uint4 float1 float2 float3
          float4 double1 double2 double3 double4 char1 char2 char3 char4 short1 short2
          short3 short4 half memcpy memset printf malloc free assert abs labs llabs min
          max fma fmaf exp exp2 exp10 log log2 log10 log1p sqrt rsqrt sin cos tan asin
          acos atan atan2 sinh cosh tanh asinh acosh atanh erf erfc tgamma lgamma pow
          hypot ldexp copysign nextafter floor ceil trunc round rint fmod fmin fmax fabs
          remainder isnan isinf isfinite signbit j0 j1 jn y0 y1 yn norm norm3d norm4d
          normcdf cbrt rcbrt expm1 logb ilogb lrint lround llrint llround nan nearbyint
          frexp modf scalbn scalbln fdim sincos sinpi cospi sincospi index clock clock64
          atomicAdd atomicMax atomicMin atomicCAS atomicExch int8 int16 int64 uint8 uint16
          uint32 uint64 float16 bfloat16 float8_e4m3fn float8_e5m2 weft_vec weft_shared
          main linux unix
          """
              .split("\\s+"));

  private CudaNames() {}
}
