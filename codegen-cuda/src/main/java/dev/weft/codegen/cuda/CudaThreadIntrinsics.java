package dev.weft.codegen.cuda;

import dev.weft.base.DType;
import dev.weft.codegen.c.Code;
import dev.weft.codegen.c.CodegenException;
import dev.weft.codegen.c.Helpers;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Intrinsics by which threads work together: shuffles, atomics, asynchronous copies. */
final class CudaThreadIntrinsics {
  private final CudaDialect dialect;
  private final Helpers helpers;

  CudaThreadIntrinsics(CudaDialect dialect, Helpers helpers) {
    this.dialect = dialect;
    this.helpers = helpers;
  }

  /** Null for an intrinsic of another kind. */
  @Nullable Code call(DType dtype, Intrinsic intrinsic, List<Expr> exprs, List<Code> args) {
    return switch (intrinsic) {
      case ATOMIC_ADD -> atomic(dtype, "Add", args);
      case ATOMIC_MAX -> atomic(dtype, "Max", args);
      case ATOMIC_MIN -> atomic(dtype, "Min", args);
      case WARP_SHUFFLE -> shuffle(dtype, "__shfl_sync", args);
      case WARP_SHUFFLE_UP -> shuffle(dtype, "__shfl_up_sync", args);
      case WARP_SHUFFLE_DOWN -> shuffle(dtype, "__shfl_down_sync", args);
      case WARP_SHUFFLE_XOR -> shuffle(dtype, "__shfl_xor_sync", args);
      case WARP_ACTIVEMASK -> Code.call("__activemask");
      case PREFETCH -> prefetch(args.get(0));
      case PTX_CP_ASYNC -> copyAsync(exprs, args);
      case PTX_COMMIT_GROUP -> {
        dialect.need(Prelude.ASYNC);
        yield Code.call("weft_commit_group");
      }
      case PTX_WAIT_GROUP -> {
        dialect.need(Prelude.ASYNC);
        yield Code.call("weft_wait_group<" + constant(exprs.get(0), intrinsic) + ">");
      }
      default -> null;
    };
  }

  private static long constant(Expr expr, Intrinsic intrinsic) {
    if (expr instanceof Expr.IntImm(DType dtype, long value)) {
      return value;
    }
    throw new CodegenException(
        "T." + intrinsic.text + " with a number that is not constant", "", "unroll the loop");
  }

  private static Code prefetch(Code address) {
    return Code.primary(
        "asm volatile(\"prefetch.global.L2 [%0];\" :: \"l\"(" + address.text() + "))");
  }

  /** {@code (shared, offset, global, offset, bytes[, predicate])}, offsets in elements. */
  private Code copyAsync(List<Expr> exprs, List<Code> args) {
    dialect.need(Prelude.ASYNC);
    long bytes = constant(exprs.get(4), Intrinsic.PTX_CP_ASYNC);
    if (bytes != 4 && bytes != 8 && bytes != 16) {
      throw new CodegenException(
          "an asynchronous copy of " + bytes + " bytes", "", "copy 4, 8 or 16 bytes at once");
    }
    Code to = Code.binary(args.get(0), "+", args.get(1), Code.ADDITIVE);
    Code from = Code.binary(args.get(2), "+", args.get(3), Code.ADDITIVE);
    String function = "weft_copy_async<" + bytes + ">";
    if (exprs.size() == 5) {
      return Code.call(function, to, from);
    }
    Code size =
        Code.conditional(args.get(5), Code.primary(String.valueOf(bytes)), Code.primary("0"));
    return Code.call(function, to, from, size);
  }

  private Code shuffle(DType dtype, String function, List<Code> args) {
    if (dtype.isVector()) {
      throw new CodegenException(
          "a shuffle of " + dtype + " between threads", "", "shuffle scalars");
    }
    Code mask = Code.cast("unsigned int", args.get(0));
    Code value = args.get(1);
    Code lane = args.get(2);
    Code width = args.get(3);
    boolean narrowFloat = dtype.isFloat() && dtype.bits() < 32;
    if (narrowFloat) {
      String type = dialect.type(dtype);
      String bits = dtype.bits() == 16 ? "(unsigned short)" : "(unsigned char)";
      Code word = Code.primary("(unsigned int)" + value.at(Code.PRIMARY) + ".bits");
      Code moved = Code.call(function, mask, word, lane, width);
      return Code.primary(type + "{" + bits + moved.text() + "}");
    }
    boolean word = dtype.bits() >= 32;
    Code moved = Code.call(function, mask, word ? value : Code.cast("int", value), lane, width);
    return word ? moved : Code.cast(dialect.type(dtype), moved);
  }

  /** Gives the value from before. */
  private Code atomic(DType dtype, String operation, List<Code> args) {
    Code address = args.get(0);
    Code value = args.get(1);
    boolean add = operation.equals("Add");
    boolean word = dtype.isInt() && dtype.bits() == 32;
    boolean number = add && (dtype.equals(DType.FLOAT32) || dtype.equals(DType.FLOAT64));
    if (word || number || dtype.equals(DType.UINT64) || (dtype.equals(DType.INT64) && !add)) {
      return Code.call("atomic" + operation, address, value);
    }
    if (dtype.equals(DType.INT64)) {
      String type = "unsigned long long";
      return Code.cast(
          dialect.type(dtype),
          Code.call("atomicAdd", Code.cast(type + "*", address), Code.cast(type, value)));
    }
    if (dtype.equals(DType.FLOAT32) || dtype.equals(DType.FLOAT64)) {
      return Code.call(compareAndSwap(dtype, operation), address, value);
    }
    throw new CodegenException(
        "CUDA C has no atomic " + operation.toLowerCase(Locale.ROOT) + " on " + dtype,
        "",
        "use integers of 32 or 64 bits, float32 or float64");
  }

  /** Minimum or maximum of floats: NaN if either is NaN, as everywhere. */
  private String compareAndSwap(DType dtype, String operation) {
    String type = dialect.type(dtype);
    boolean wide = dtype.bits() == 64;
    String bits = wide ? "unsigned long long" : "unsigned int";
    String toBits = wide ? "(unsigned long long)__double_as_longlong" : "__float_as_uint";
    String fromBits = wide ? "__longlong_as_double" : "__uint_as_float";
    String name = "weft_atomic_" + operation.toLowerCase(Locale.ROOT) + "_" + type;
    String definition =
        "WEFT_DEVICE %s %s(%s* p, %s value) {\n".formatted(type, name, type, type)
            + "  %s seen = *(volatile %s*)p;\n".formatted(bits, bits)
            + "  for (;;) {\n    %s old = %s(seen);\n".formatted(type, fromBits)
            + "    %s next = old %s value || old != old ? old : value;\n"
                .formatted(type, operation.equals("Max") ? ">" : "<")
            + "    %s now = atomicCAS((%s*)p, seen, %s(next));\n".formatted(bits, bits, toBits)
            + "    if (now == seen) return old;\n    seen = now;\n  }\n}\n";
    return helpers.use(name, definition);
  }
}
