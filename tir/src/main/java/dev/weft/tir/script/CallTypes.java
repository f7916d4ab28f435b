package dev.weft.tir.script;

import dev.weft.base.DType;
import dev.weft.tir.Callee;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import java.util.List;

/**
 * The type of a call where the text does not say it, and where the text says it. A call of another
 * type is written with {@code dtype="…"}.
 */
final class CallTypes {
  private CallTypes() {}

  /** Where the type of a call stands. */
  enum Place {
    /** The first argument, as in {@code T.call_extern("int32", "f", x)}. */
    FIRST,
    /** The last argument, as in {@code T.tvm_struct_get(a, 0, 1, "int32")}. */
    LAST,
    /** It follows from the callee and the arguments. */
    INFERRED
  }

  static Place place(Callee callee) {
    return switch (callee) {
      case Callee.GlobalVar _ -> Place.INFERRED;
      case Intrinsic intrinsic -> place(intrinsic);
    };
  }

  private static Place place(Intrinsic intrinsic) {
    return switch (intrinsic) {
      case MIN_VALUE,
          MAX_VALUE,
          INFINITY,
          REINTERPRET,
          LARGE_UINT_IMM,
          GET_ACTIVE_LANE_MASK,
          VECTORHIGH,
          VECTORLOW,
          VECTORCOMBINE,
          TYPE_ANNOTATION,
          CALL_EXTERN,
          CALL_PURE_EXTERN,
          CALL_INTRIN,
          CALL_LLVM_INTRIN,
          CALL_LLVM_PURE_INTRIN,
          CALL_SPIRV_PURE_GLSL450,
          PTX_MMA,
          PTX_MMA_SP,
          PTX_LDMATRIX,
          PTX_CP_ASYNC,
          PTX_CP_ASYNC_BULK,
          PTX_LDG32,
          MMA_STORE,
          MMA_FILL ->
          Place.FIRST;
      case STRUCT_GET -> Place.LAST;
      // Every other one by its arguments: the list of those would be the whole table again.
      default -> Place.INFERRED;
    };
  }

  /** The type that a call has unless the text says otherwise. */
  static DType inferred(Callee callee, List<Expr> args) {
    return switch (callee) {
      case Callee.GlobalVar _ -> DType.VOID;
      case Intrinsic intrinsic -> inferred(intrinsic, args);
    };
  }

  private static DType inferred(Intrinsic intrinsic, List<Expr> args) {
    return switch (intrinsic) {
      case IS_NULL -> DType.BOOL;
      case BACKEND_ALLOC_WORKSPACE,
          LOOKUP_PARAM,
          STATIC_HANDLE,
          CONTEXT_ID,
          THREAD_CONTEXT,
          ALLOC_WITH_SCOPE ->
          DType.HANDLE;
      case BACKEND_FREE_WORKSPACE,
          THROW_LAST_ERROR,
          CALL_PACKED_LOWERED,
          CALL_CPACKED_LOWERED,
          CALL_TRACE_PACKED ->
          DType.INT32;
      case ISNAN, ISINF, ISFINITE ->
          args.isEmpty() ? DType.BOOL : DType.BOOL.withLanes(args.get(0).dtype().lanes());
      case ATOMIC_ADD, ATOMIC_MAX, ATOMIC_MIN -> argument(args, 1);
      case IF_THEN_ELSE, WARP_SHUFFLE, WARP_SHUFFLE_UP, WARP_SHUFFLE_DOWN, WARP_SHUFFLE_XOR ->
          argument(args, 1);
      case ASSUME -> DType.BOOL;
      case CLZ, VSCALE, DP4A, Q_MULTIPLY_SHIFT, STORAGE_SYNC, STRUCT_SET -> DType.INT32;
      case WARP_ACTIVEMASK, ELECT_ONE -> DType.UINT32;
      case PTX_MATRIX_DESCRIPTOR -> DType.UINT64;
      case ACCESS_PTR,
          ADDRESS_OF,
          STACK_ALLOCA,
          STACK_MAKE_SHAPE,
          STACK_MAKE_ARRAY,
          TUPLE,
          THREAD_ALLREDUCE,
          WMMA_LOAD,
          WMMA_STORE,
          WMMA_FILL,
          WMMA_MMA,
          WMMA_BMMA,
          MAP_SHARED_RANK,
          START_PROFILE,
          END_PROFILE ->
          DType.HANDLE;
      case CALL_PACKED, CALL_CPACKED -> DType.INT32;
      case PREFETCH,
          TEXTURE2D_STORE,
          SET_MAX_REGISTERS,
          PTX_STMATRIX,
          PTX_WGMMA,
          PTX_WGMMA_FENCE,
          PTX_WGMMA_COMMIT,
          PTX_WGMMA_WAIT,
          PTX_CP_ASYNC_BULK_TENSOR,
          PTX_COMMIT_GROUP,
          PTX_WAIT_GROUP,
          PTX_CP_ASYNC_BARRIER,
          BARRIER_INIT,
          BARRIER_ARRIVE,
          BARRIER_ARRIVE_EXPECT_TX,
          BARRIER_WAIT,
          CREATE_BARRIERS,
          ASYNC_PROXY_FENCE,
          CLUSTER_ARRIVE,
          CLUSTER_WAIT ->
          DType.VOID;
      // Functions of numbers: the type of the first argument.
      default -> argument(args, 0);
    };
  }

  private static DType argument(List<Expr> args, int index) {
    return index < args.size() ? args.get(index).dtype() : DType.VOID;
  }

  /**
   * The first of the arguments that bring each other to one type, so that a plain number among them
   * takes the others' type; the number of arguments where there are none.
   */
  static int firstMatched(Callee callee) {
    return switch (callee) {
      case Intrinsic.IF_THEN_ELSE -> 1;
      case Intrinsic.BITWISE_AND,
          Intrinsic.BITWISE_OR,
          Intrinsic.BITWISE_XOR,
          Intrinsic.SHIFT_LEFT,
          Intrinsic.SHIFT_RIGHT,
          Intrinsic.POW,
          Intrinsic.ATAN2,
          Intrinsic.HYPOT,
          Intrinsic.FMOD,
          Intrinsic.COPYSIGN,
          Intrinsic.NEXTAFTER,
          Intrinsic.FMA ->
          0;
      case Intrinsic _, Callee.GlobalVar _ -> Integer.MAX_VALUE;
    };
  }
}
