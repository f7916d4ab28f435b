package dev.weft.codegen.cuda;

import dev.weft.base.DType;
import dev.weft.codegen.c.Code;
import dev.weft.codegen.c.CodegenException;
import dev.weft.codegen.c.Helpers;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Var;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Products of warp groups as inline PTX for sm_90a ("PTX ISA", "Asynchronous Warpgroup Level Matrix
 * Instructions"): both factors in shared memory, in rows of 128 bytes with the 128-byte swizzle.
 */
final class CudaWarpGroups {
  /** From 8 rows of 128 bytes to the next 8. */
  private static final int EIGHT_ROWS = 1024;

  /** From a panel of 64 columns to the next: 64 rows of 128 bytes. */
  private static final int PANEL = 8192;

  private final Helpers helpers;

  CudaWarpGroups(Helpers helpers) {
    this.helpers = helpers;
  }

  /** Null for an intrinsic of another kind. */
  @Nullable Code call(Intrinsic intrinsic, List<Expr> exprs, List<Code> args) {
    return switch (intrinsic) {
      case PTX_WGMMA -> multiply(exprs, args);
      case PTX_WGMMA_FENCE -> statement("weft_wgmma_fence", "wgmma.fence.sync.aligned;");
      case PTX_WGMMA_COMMIT -> statement("weft_wgmma_commit", "wgmma.commit_group.sync.aligned;");
      case PTX_WGMMA_WAIT -> await(exprs, args);
      case ASYNC_PROXY_FENCE ->
          statement("weft_fence_proxy_async", "fence.proxy.async.shared::cta;");
      default -> null;
    };
  }

  private static CodegenException refuse(String what) {
    return new CodegenException(what, "", "use the intrinsics of Wgmma");
  }

  private Code statement(String name, String ptx) {
    helpers.use(
        name,
        "WEFT_DEVICE void %s() {\n  asm volatile(\"%s\" ::: \"memory\");\n}\n"
            .formatted(name, ptx));
    return Code.call(name);
  }

  private static long constant(Expr expr) {
    if (expr instanceof Expr.IntImm(DType type, long value)) {
      return value;
    }
    throw refuse("a product of warp groups whose shape is not constant");
  }

  /** {@code (pending, C, c, count)}; the sums are operands, so that nothing reads them before. */
  private Code await(List<Expr> exprs, List<Code> args) {
    long pending = constant(exprs.get(0));
    int count = (int) constant(exprs.get(3));
    String name = "weft_wgmma_wait_%d_%d".formatted(pending, count);
    helpers.use(
        name,
        "WEFT_DEVICE void %s(float* c) {\n".formatted(name)
            + "  asm volatile(\"wgmma.wait_group.sync.aligned %d;\"\n".formatted(pending)
            + "               : %s\n               :: \"memory\");\n}\n"
                .formatted(operands(count)));
    return Code.call(name, Code.binary(args.get(1), "+", args.get(2), Code.ADDITIVE));
  }

  private static String operands(int count) {
    return IntStream.range(0, count)
        .mapToObj("\"+f\"(c[%d])"::formatted)
        .collect(Collectors.joining(",\n                 "));
  }

  /** {@code (shape, type, panels, C, c, A, a, B, b)}. */
  private Code multiply(List<Expr> exprs, List<Code> args) {
    if (!(exprs.get(0) instanceof Expr.StringImm(String shape))
        || !shape.matches("m64n\\d+k16")
        || !(exprs.get(5) instanceof Var left && left.pointerType() != null)) {
      throw refuse("a product of warp groups of another shape than m64nNk16");
    }
    DType factors = left.pointerType().element().scalar();
    String type = factors.equals(DType.BFLOAT16) ? "bf16" : "f16";
    if (factors.bits() != 16 || !factors.isFloat()) {
      throw refuse("a product of warp groups of " + factors);
    }
    boolean panels = constant(exprs.get(2)) != 0;
    int n = Integer.parseInt(shape.substring(4, shape.indexOf('k')));
    int sums = n / 2;
    String name = "weft_wgmma_" + shape + "_" + type + (panels ? "_panels" : "");
    String registers =
        IntStream.range(0, sums).mapToObj(i -> "%" + i).collect(Collectors.joining(", "));
    helpers.use(
        name,
        "WEFT_DEVICE void %s(float* c, const void* a, const void* b) {\n".formatted(name)
            + "  unsigned long long x = %s;\n".formatted(descriptor("a", 16))
            + "  unsigned long long y = %s;\n".formatted(descriptor("b", panels ? PANEL : 16))
            + "  asm volatile(\"{\\n.reg .pred p;\\nsetp.ne.b32 p, 1, 0;\\n\"\n"
            + "               \"wgmma.mma_async.sync.aligned.%s.f32.%s.%s\\n\"\n"
                .formatted(shape, type, type)
            + "               \"{%s},\\n\"\n".formatted(registers)
            + "               \"%%%d, %%%d, p, 1, 1, 0, %d;\\n}\\n\"\n"
                .formatted(sums, sums + 1, panels ? 1 : 0)
            + "               : %s\n".formatted(operands(sums))
            + "               : \"l\"(x), \"l\"(y));\n}\n");
    return Code.call(
        name,
        Code.binary(args.get(3), "+", args.get(4), Code.ADDITIVE),
        Code.binary(args.get(5), "+", args.get(6), Code.ADDITIVE),
        Code.binary(args.get(7), "+", args.get(8), Code.ADDITIVE));
  }

  /**
   * The matrix descriptor of what a pointer leads to: address, leading and stride offsets in units
   * of 16 bytes, and the 128-byte swizzle.
   */
  private static String descriptor(String pointer, int leading) {
    return "(((unsigned long long)__cvta_generic_to_shared(%s) & 0x3ffff) >> 4) | %dull << 16 | %dull << 32 | 1ull << 62"
        .formatted(pointer, leading / 16, EIGHT_ROWS / 16);
  }
}
