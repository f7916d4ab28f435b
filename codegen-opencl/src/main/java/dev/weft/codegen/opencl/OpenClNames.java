package dev.weft.codegen.opencl;

import java.util.Set;

/** Names that mean something in OpenCL C and so can't be given to variables. */
final class OpenClNames {
  /** Keywords, types, and the built-in functions that generated code calls or a user would. */
  static final Set<String> RESERVED =
      Set.of(
          ("auto break case const continue default do else enum extern for goto if inline register"
                  + " restrict return sizeof static struct switch typedef union volatile while"
                  + " signed unsigned void char short int long float double half bool uchar ushort"
                  + " uint ulong size_t ptrdiff_t intptr_t uintptr_t event_t sampler_t image2d_t"
                  + " image3d_t global local constant private kernel read_only write_only"
                  + " read_write __global __local __constant __private __kernel __attribute__ true"
                  + " false NULL NAN INFINITY HUGE_VALF MAXFLOAT M_PI_F M_E_F barrier mem_fence"
                  + " select fma mad min max clamp abs fabs exp exp2 exp10 log log2 log10 log1p"
                  + " sqrt rsqrt sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh"
                  + " erf erfc tgamma lgamma pow pown powr rootn hypot ldexp copysign nextafter"
                  + " floor ceil trunc round rint fmod fmin fmax remainder isnan isinf isfinite"
                  + " popcount clz mix step smoothstep sign degrees radians dot cross length"
                  + " distance normalize any all bitselect rotate mul_hi mad_hi mad_sat mul24 mad24"
                  + " prefetch get_global_id get_local_id get_group_id get_global_size"
                  + " get_local_size get_num_groups get_work_dim get_global_offset vload2 vload3"
                  + " vload4 vload8 vload16 vstore2 vstore3 vstore4 vstore8 vstore16 vload_half"
                  + " vstore_half as_int as_uint as_float as_double as_long as_ulong atomic_add"
                  + " atomic_max atomic_min atomic_cmpxchg atomic_xchg I linux unix main")
              .split(" "));

  private OpenClNames() {}
}
