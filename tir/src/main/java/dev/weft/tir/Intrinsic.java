package dev.weft.tir;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The built-ins that a {@link Expr.Call} can call, under TVM's names ({@code T.exp(x)}). What each
 * computes is defined by the reference interpreter.
 */
public enum Intrinsic implements Callee {
  // Functions of numbers.
  EXP("exp", Effect.PURE),
  EXP2("exp2", Effect.PURE),
  EXP10("exp10", Effect.PURE),
  LOG("log", Effect.PURE),
  LOG2("log2", Effect.PURE),
  LOG10("log10", Effect.PURE),
  LOG1P("log1p", Effect.PURE),
  SQRT("sqrt", Effect.PURE),
  RSQRT("rsqrt", Effect.PURE),
  SIN("sin", Effect.PURE),
  COS("cos", Effect.PURE),
  TAN("tan", Effect.PURE),
  ASIN("asin", Effect.PURE),
  ACOS("acos", Effect.PURE),
  ATAN("atan", Effect.PURE),
  ATAN2("atan2", Effect.PURE),
  SINH("sinh", Effect.PURE),
  COSH("cosh", Effect.PURE),
  TANH("tanh", Effect.PURE),
  ASINH("asinh", Effect.PURE),
  ACOSH("acosh", Effect.PURE),
  ATANH("atanh", Effect.PURE),
  SIGMOID("sigmoid", Effect.PURE),
  ERF("erf", Effect.PURE),
  POW("pow", Effect.PURE),
  HYPOT("hypot", Effect.PURE),
  LDEXP("ldexp", Effect.PURE),
  COPYSIGN("copysign", Effect.PURE),
  NEXTAFTER("nextafter", Effect.PURE),
  FLOOR("floor", Effect.PURE),
  CEIL("ceil", Effect.PURE),
  TRUNC("trunc", Effect.PURE),
  /** Half away from zero, as C's. */
  ROUND("round", Effect.PURE),
  /** Half to even. */
  NEARBYINT("nearbyint", Effect.PURE),
  ABS("abs", Effect.PURE),
  FMA("fma", Effect.PURE),
  FMOD("fmod", Effect.PURE),
  ISNAN("isnan", Effect.PURE),
  ISINF("isinf", Effect.PURE),
  ISFINITE("isfinite", Effect.PURE),
  POPCOUNT("popcount", Effect.PURE),
  CLZ("clz", Effect.PURE),
  BITWISE_AND("bitwise_and", Effect.PURE),
  BITWISE_OR("bitwise_or", Effect.PURE),
  BITWISE_XOR("bitwise_xor", Effect.PURE),
  BITWISE_NOT("bitwise_not", Effect.PURE),
  SHIFT_LEFT("shift_left", Effect.PURE),
  SHIFT_RIGHT("shift_right", Effect.PURE),
  Q_MULTIPLY_SHIFT("q_multiply_shift", Effect.PURE),
  Q_MULTIPLY_SHIFT_PER_AXIS("q_multiply_shift_per_axis", Effect.PURE),
  MIN_VALUE("min_value", Effect.PURE),
  MAX_VALUE("max_value", Effect.PURE),
  INFINITY("infinity", Effect.PURE),
  /** The bits under another type. */
  REINTERPRET("reinterpret", Effect.PURE),
  /** {@code if_then_else(c, a, b)}: only the chosen value is evaluated. */
  IF_THEN_ELSE("if_then_else", Effect.PURE),
  /** A condition that is nearly always true; marks where loops may be partitioned. */
  LIKELY("likely", Effect.PURE),
  /** The condition itself; loops are not to be partitioned at it. */
  IGNORE_LOOP_PARTITION("ignore_loop_partition", Effect.PURE),
  ASSUME("assume", Effect.SPECIAL),
  UNDEF("undef", Effect.READ),
  LARGE_UINT_IMM("large_uint_imm", Effect.PURE),
  /** Lanes {@code i} with {@code base + i < limit}. */
  GET_ACTIVE_LANE_MASK("get_active_lane_mask", Effect.PURE),
  VSCALE("vscale", Effect.PURE),
  VECTORHIGH("vectorhigh", Effect.PURE),
  VECTORLOW("vectorlow", Effect.PURE),
  VECTORCOMBINE("vectorcombine", Effect.PURE),
  DP4A("dp4a", Effect.PURE),
  TYPE_ANNOTATION("type_annotation", Effect.PURE),

  // Memory, calls and control.
  ACCESS_PTR("tvm_access_ptr", Effect.SPECIAL),
  ADDRESS_OF("address_of", Effect.PURE),
  CALL_EXTERN("call_extern", Effect.UPDATE),
  CALL_PURE_EXTERN("call_pure_extern", Effect.PURE),
  CALL_INTRIN("call_intrin", Effect.UPDATE),
  CALL_LLVM_INTRIN("call_llvm_intrin", Effect.UPDATE),
  CALL_LLVM_PURE_INTRIN("call_llvm_pure_intrin", Effect.PURE),
  CALL_SPIRV_PURE_GLSL450("call_spirv_pure_glsl450", Effect.PURE),
  CALL_PACKED("tvm_call_packed", Effect.UPDATE),
  CALL_CPACKED("tvm_call_cpacked", Effect.UPDATE),
  CALL_PACKED_LOWERED("tvm_call_packed_lowered", Effect.UPDATE),
  CALL_CPACKED_LOWERED("tvm_call_cpacked_lowered", Effect.UPDATE),
  CALL_TRACE_PACKED("tvm_call_trace_packed", Effect.UPDATE),
  CHECK_RETURN("tvm_check_return", Effect.UPDATE),
  THROW_LAST_ERROR("tvm_throw_last_error", Effect.UPDATE),
  BACKEND_ALLOC_WORKSPACE("TVMBackendAllocWorkspace", Effect.UPDATE),
  BACKEND_FREE_WORKSPACE("TVMBackendFreeWorkspace", Effect.UPDATE),
  IS_NULL("isnullptr", Effect.PURE),
  LOOKUP_PARAM("lookup_param", Effect.PURE),
  STATIC_HANDLE("tvm_static_handle", Effect.SPECIAL),
  CONTEXT_ID("tvm_context_id", Effect.READ),
  THREAD_CONTEXT("tvm_thread_context", Effect.UPDATE),
  ALLOC_WITH_SCOPE("nd_mem_alloc_with_scope", Effect.UPDATE),
  MEM_COPY("mem_copy", Effect.UPDATE),
  DMA_COPY("dma_copy", Effect.UPDATE),
  DMA_WAIT("dma_wait", Effect.UPDATE),
  DMA_START_GROUP("dma_start_group", Effect.UPDATE),
  DMA_END_GROUP("dma_end_group", Effect.UPDATE),
  STACK_ALLOCA("tvm_stack_alloca", Effect.UPDATE),
  STACK_MAKE_SHAPE("tvm_stack_make_shape", Effect.UPDATE),
  STACK_MAKE_ARRAY("tvm_stack_make_array", Effect.UPDATE),
  STRUCT_GET("tvm_struct_get", Effect.READ),
  STRUCT_SET("tvm_struct_set", Effect.UPDATE),
  TUPLE("tvm_tuple", Effect.PURE),
  RET("ret", Effect.SPECIAL),
  PREFETCH("prefetch", Effect.SPECIAL),
  ATOMIC_ADD("atomic_add", Effect.UPDATE),
  ATOMIC_MAX("atomic_max", Effect.UPDATE),
  ATOMIC_MIN("atomic_min", Effect.UPDATE),
  TEXTURE2D_LOAD("texture2d_load", Effect.READ),
  TEXTURE2D_STORE("texture2d_store", Effect.UPDATE),
  START_PROFILE("start_profile_intrinsic", Effect.UPDATE),
  END_PROFILE("end_profile_intrinsic", Effect.UPDATE),

  // Threads.
  STORAGE_SYNC("tvm_storage_sync", Effect.UPDATE),
  THREAD_ALLREDUCE("tvm_thread_allreduce", Effect.UPDATE),
  THREAD_INVARIANT("tvm_thread_invariant", Effect.PURE),
  WARP_SHUFFLE("tvm_warp_shuffle", Effect.UPDATE),
  WARP_SHUFFLE_UP("tvm_warp_shuffle_up", Effect.UPDATE),
  WARP_SHUFFLE_DOWN("tvm_warp_shuffle_down", Effect.UPDATE),
  WARP_SHUFFLE_XOR("tvm_warp_shuffle_xor", Effect.UPDATE),
  WARP_ACTIVEMASK("tvm_warp_activemask", Effect.UPDATE),
  REDUX("redux", Effect.UPDATE),
  SET_MAX_REGISTERS("setmaxnreg", Effect.UPDATE),

  // Tensor cores.
  WMMA_LOAD("tvm_load_matrix_sync", Effect.UPDATE),
  WMMA_STORE("tvm_store_matrix_sync", Effect.UPDATE),
  WMMA_FILL("tvm_fill_fragment", Effect.UPDATE),
  WMMA_MMA("tvm_mma_sync", Effect.UPDATE),
  WMMA_BMMA("tvm_bmma_sync", Effect.UPDATE),
  PTX_MMA("ptx_mma", Effect.UPDATE),
  PTX_MMA_SP("ptx_mma_sp", Effect.UPDATE),
  PTX_LDMATRIX("ptx_ldmatrix", Effect.UPDATE),
  PTX_STMATRIX("ptx_stmatrix", Effect.UPDATE),
  MMA_STORE("mma_store", Effect.UPDATE),
  MMA_FILL("mma_fill", Effect.UPDATE),
  PTX_WGMMA("ptx_wgmma", Effect.UPDATE),
  PTX_WGMMA_FENCE("ptx_wgmma_fence", Effect.UPDATE),
  PTX_WGMMA_COMMIT("ptx_wgmma_commit_group", Effect.UPDATE),
  PTX_WGMMA_WAIT("ptx_wgmma_wait_group", Effect.UPDATE),
  PTX_MATRIX_DESCRIPTOR("ptx_matrix_descriptor", Effect.PURE),

  // Asynchronous copies and barrier objects with phases.
  PTX_CP_ASYNC("ptx_cp_async", Effect.UPDATE),
  PTX_CP_ASYNC_BULK("ptx_cp_async_bulk", Effect.UPDATE),
  PTX_CP_ASYNC_BULK_TENSOR("ptx_cp_async_bulk_tensor", Effect.UPDATE),
  PTX_COMMIT_GROUP("ptx_commit_group", Effect.UPDATE),
  PTX_WAIT_GROUP("ptx_wait_group", Effect.UPDATE),
  PTX_CP_ASYNC_BARRIER("ptx_cp_async_barrier", Effect.UPDATE),
  BARRIER_INIT("ptx_init_barrier_thread_count", Effect.UPDATE),
  BARRIER_ARRIVE("ptx_arrive_barrier", Effect.UPDATE),
  BARRIER_ARRIVE_EXPECT_TX("ptx_arrive_barrier_expect_tx", Effect.UPDATE),
  BARRIER_WAIT("ptx_wait_barrier", Effect.UPDATE),
  CREATE_BARRIERS("create_barriers", Effect.UPDATE),
  ASYNC_PROXY_FENCE("ptx_fence_proxy_async", Effect.UPDATE),
  CLUSTER_ARRIVE("ptx_cluster_arrive", Effect.UPDATE),
  CLUSTER_WAIT("ptx_cluster_wait", Effect.UPDATE),
  MAP_SHARED_RANK("ptx_mapa", Effect.PURE),
  ELECT_ONE("ptx_elect_sync", Effect.UPDATE),
  PTX_LDG32("ptx_ldg32", Effect.UPDATE);

  /** What a call may do besides giving a value. */
  public enum Effect {
    /** Nothing: may be duplicated, moved or dropped. */
    PURE,
    /** Reads memory. */
    READ,
    /** Writes memory or synchronises. */
    UPDATE,
    /** Has a meaning of its own in the place where it stands. */
    SPECIAL
  }

  private static final Map<String, Intrinsic> BY_NAME = new HashMap<>();

  static {
    for (Intrinsic intrinsic : values()) {
      BY_NAME.put(intrinsic.text, intrinsic);
    }
  }

  /** The name in TVMScript, after {@code T.}; tir-wide built-ins lose no prefix. */
  public final String text;

  /** What a call may do besides giving a value. */
  public final Effect effect;

  Intrinsic(String text, Effect effect) {
    this.text = text;
    this.effect = effect;
  }

  /**
   * Whether this is a function of floats that is approximated, by a sequence of instructions or a
   * special unit: those of C's {@code math.h}, under its names, and {@code rsqrt}.
   */
  public boolean isMathFunction() {
    return switch (this) {
      case EXP, EXP2, EXP10, LOG, LOG2, LOG10, LOG1P -> true;
      case SQRT, RSQRT, POW, HYPOT, FMOD, ERF -> true;
      case SIN, COS, TAN, ASIN, ACOS, ATAN, ATAN2 -> true;
      case SINH, COSH, TANH, ASINH, ACOSH, ATANH -> true;
      default -> false;
    };
  }

  /** Whether this rounds to an integral value. */
  public boolean isRounding() {
    return switch (this) {
      case FLOOR, CEIL, TRUNC, ROUND, NEARBYINT -> true;
      default -> false;
    };
  }

  /** The built-in of this name; null if there is none. */
  public static @Nullable Intrinsic byName(String name) {
    return BY_NAME.get(name);
  }
}
