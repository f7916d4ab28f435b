package dev.weft.codegen.cuda;

import dev.weft.base.DType;
import dev.weft.codegen.c.Code;
import dev.weft.codegen.c.CodegenException;
import dev.weft.codegen.c.Helpers;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Scope;
import dev.weft.tir.Var;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The tensor cores' instructions as inline PTX ("PTX ISA", "Warp Level Matrix Multiply-Accumulate
 * Instructions"): {@code wmma} on fragments of 16 by 16 elements, {@code ldmatrix} and {@code
 * mma.sync} on registers.
 */
final class CudaMatrices {
  /** Elements of a fragment's matrix, whichever it is. */
  private static final int TILE = 256;

  private final CudaDialect dialect;
  private final Helpers helpers;

  /** How the fragments of a factor were loaded; the multiplication has to know. */
  private final Map<Var, String> layouts = new IdentityHashMap<>();

  CudaMatrices(CudaDialect dialect, Helpers helpers) {
    this.dialect = dialect;
    this.helpers = helpers;
  }

  /** Null for an intrinsic of another kind. */
  @Nullable Code call(Intrinsic intrinsic, List<Expr> exprs, List<Code> args) {
    return switch (intrinsic) {
      // Says a type to T.tvm_access_ptr.
      case TYPE_ANNOTATION -> Code.primary("0");
      case ACCESS_PTR -> pointer(exprs, args);
      case WMMA_FILL -> fill(exprs, args);
      case WMMA_LOAD -> load(exprs, args);
      case WMMA_STORE -> store(exprs, args);
      case WMMA_MMA -> multiply(exprs, args);
      case PTX_LDMATRIX -> loadMatrices(exprs, args);
      case PTX_MMA -> multiplyRegisters(exprs, args);
      case MMA_FILL -> fillRegisters(exprs, args);
      case MMA_STORE -> storeRegisters(exprs, args);
      default -> {
        Code groups = new CudaWarpGroups(helpers).call(intrinsic, exprs, args);
        yield groups != null ? groups : new CudaBarriers(helpers).call(intrinsic, exprs, args);
      }
    };
  }

  private static CodegenException refuse(String what) {
    return new CodegenException(what, "", "use another shape or type for the tensor cores");
  }

  private static DType element(Expr data) {
    if (data instanceof Var v && v.pointerType() instanceof Var.PointerType(var type, var scope)) {
      return type.scalar();
    }
    throw refuse("a matrix operation on what is no buffer");
  }

  private static Scope.Rank rank(Expr data) {
    return data instanceof Var v && v.pointerType() instanceof Var.PointerType(var type, var scope)
        ? scope.rank()
        : Scope.Rank.LOCAL;
  }

  /** {@code (type, data, offset, extent, access)}, the offset in elements of the type. */
  private Code pointer(List<Expr> exprs, List<Code> args) {
    DType type = exprs.get(0).dtype();
    Code base = args.get(1);
    if (!element(exprs.get(1)).equals(type)) {
      base = Code.cast(dialect.type(type) + "*", base);
    }
    return Code.binary(base, "+", args.get(2), Code.ADDITIVE);
  }

  /** Registers of a lane for one fragment: their C type, PTX constraint and number. */
  private record Fragment(String type, String constraint, int registers, String ptx) {}

  private Fragment fragment(Scope.Rank rank, DType dtype) {
    boolean sums = rank == Scope.Rank.WMMA_ACCUMULATOR;
    String ptx = ptx(dtype);
    return switch (ptx) {
      case "f32" -> new Fragment("float", "f", 8, ptx);
      case "s32" -> new Fragment("int", "r", 8, ptx);
      case "f16" -> new Fragment("unsigned int", "r", sums ? 4 : 8, ptx);
      case "bf16" -> new Fragment("unsigned int", "r", 4, ptx);
      case "s8", "u8" -> new Fragment("unsigned int", "r", 2, ptx);
      default -> throw refuse("fragments of " + dtype);
    };
  }

  /** A dtype as PTX names it. */
  private static String ptx(DType dtype) {
    return switch (dtype.code()) {
      case FLOAT -> "f" + dtype.bits();
      case BFLOAT -> "bf16";
      case INT -> "s" + dtype.bits();
      case UINT -> "u" + dtype.bits();
      case FLOAT8_E4M3 -> "e4m3";
      case FLOAT8_E5M2 -> "e5m2";
      case BOOL,
          FLOAT8_E4M3FNUZ,
          FLOAT8_E5M2FNUZ,
          FLOAT8_E8M0,
          FLOAT4_E2M1,
          HANDLE,
          STRING,
          BARRIER,
          TOKEN,
          VOID ->
          throw refuse("a matrix of " + dtype);
    };
  }

  /** The declaration of the fragments of a buffer of so many elements. */
  String array(DType dtype, Scope scope, String name, long count) {
    if (count % TILE != 0) {
      throw refuse("fragments of " + count + " elements");
    }
    Fragment fragment = fragment(scope.rank(), dtype);
    return fragment.type + " " + name + "[" + count / TILE * fragment.registers + "];";
  }

  private static void require16(List<Expr> exprs) {
    for (int i = 1; i <= 3; i++) {
      if (!exprs.get(i).isConst(16)) {
        throw refuse("a fragment of other than 16 × 16 × 16");
      }
    }
  }

  /** The registers of a fragment's tile. */
  private static Code registers(Code data, Code index, Fragment fragment) {
    Code registers = Code.primary(String.valueOf(fragment.registers));
    return Code.binary(
        data, "+", Code.binary(index, "*", registers, Code.MULTIPLICATIVE), Code.ADDITIVE);
  }

  private Code fill(List<Expr> exprs, List<Code> args) {
    require16(exprs);
    DType dtype = element(exprs.get(0));
    Fragment fragment = fragment(rank(exprs.get(0)), dtype);
    boolean packed = fragment.type.equals("unsigned int");
    if (packed && !isZero(exprs.get(5))) {
      throw refuse("fragments of " + dtype + " filled with other than 0");
    }
    String name = "weft_wmma_fill_" + fragment.ptx + "_" + fragment.registers;
    helpers.use(
        name,
        "WEFT_DEVICE void %s(%s* r, %s value) {\n".formatted(name, fragment.type, fragment.type)
            + "#pragma unroll\n  for (int i = 0; i < %d; ++i) r[i] = value;\n}\n"
                .formatted(fragment.registers));
    return Code.call(
        name,
        registers(args.get(0), args.get(4), fragment),
        packed ? Code.primary("0u") : Code.cast(fragment.type, args.get(5)));
  }

  private static boolean isZero(Expr value) {
    return value instanceof Expr.FloatImm(DType dtype, double number)
        ? number == 0
        : value.isConst(0);
  }

  private static String layout(Expr expr) {
    return expr instanceof Expr.StringImm(String text) && text.equals("col_major") ? "col" : "row";
  }

  private Code load(List<Expr> exprs, List<Code> args) {
    require16(exprs);
    Scope.Rank rank = rank(exprs.get(0));
    Fragment fragment = fragment(rank, element(exprs.get(0)));
    String layout = layout(exprs.get(7));
    String matrix =
        switch (rank) {
          case WMMA_MATRIX_A -> "a";
          case WMMA_MATRIX_B -> "b";
          default -> "c";
        };
    if (exprs.get(0) instanceof Var v) {
      String before = layouts.put(v, layout);
      if (before != null && !before.equals(layout)) {
        throw refuse("fragments '" + v.name() + "' that are loaded in two layouts");
      }
    }
    String name = "weft_wmma_load_" + matrix + "_" + layout + "_" + fragment.ptx;
    int n = fragment.registers;
    helpers.use(
        name,
        "WEFT_DEVICE void %s(%s* r, const void* p, int stride) {\n".formatted(name, fragment.type)
            + "  asm volatile(\"wmma.load.%s.sync.aligned.%s.m16n16k16.%s {%s}, [%%%d], %%%d;\"\n"
                .formatted(matrix, layout, fragment.ptx, list(0, n), n, n + 1)
            + "               : %s\n               : \"l\"(p), \"r\"(stride) : \"memory\");\n}\n"
                .formatted(operands("=" + fragment.constraint, "r", n)));
    return Code.call(name, registers(args.get(0), args.get(4), fragment), args.get(5), args.get(6));
  }

  private Code store(List<Expr> exprs, List<Code> args) {
    require16(exprs);
    Fragment fragment = fragment(Scope.Rank.WMMA_ACCUMULATOR, element(exprs.get(0)));
    String layout = layout(exprs.get(7));
    String name = "weft_wmma_store_" + layout + "_" + fragment.ptx;
    int n = fragment.registers;
    helpers.use(
        name,
        "WEFT_DEVICE void %s(const %s* r, void* p, int stride) {\n".formatted(name, fragment.type)
            + "  asm volatile(\"wmma.store.d.sync.aligned.%s.m16n16k16.%s [%%%d], {%s}, %%%d;\"\n"
                .formatted(layout, fragment.ptx, n, list(0, n), n + 1)
            + "               :: %s,\n                  \"l\"(p), \"r\"(stride) : \"memory\");\n}\n"
                .formatted(operands(fragment.constraint, "r", n)));
    return Code.call(name, registers(args.get(0), args.get(4), fragment), args.get(5), args.get(6));
  }

  private String layoutOf(Expr data) {
    String layout = data instanceof Var v ? layouts.get(v) : null;
    if (layout == null) {
      throw refuse("fragments that are multiplied before they are loaded");
    }
    return layout;
  }

  /** {@code (D, d, A, a, B, b, C, c)}. */
  private Code multiply(List<Expr> exprs, List<Code> args) {
    Fragment d = fragment(Scope.Rank.WMMA_ACCUMULATOR, element(exprs.get(0)));
    Fragment a = fragment(Scope.Rank.WMMA_MATRIX_A, element(exprs.get(2)));
    Fragment b = fragment(Scope.Rank.WMMA_MATRIX_B, element(exprs.get(4)));
    Fragment c = fragment(Scope.Rank.WMMA_ACCUMULATOR, element(exprs.get(6)));
    String layouts = layoutOf(exprs.get(2)) + "." + layoutOf(exprs.get(4));
    // Of 16-bit floats the factors' type is named for bfloat16 only.
    String types =
        switch (a.ptx) {
          case "f16" -> d.ptx + "." + c.ptx;
          default -> d.ptx + "." + a.ptx + "." + b.ptx + "." + c.ptx;
        };
    String name = "weft_wmma_" + layouts.replace('.', '_') + "_" + types.replace('.', '_');
    int toA = d.registers;
    int toB = toA + a.registers;
    int toC = toB + b.registers;
    helpers.use(
        name,
        "WEFT_DEVICE void %s(%s* d, const %s* a, const %s* b, const %s* c) {\n"
                .formatted(name, d.type, a.type, b.type, c.type)
            + "  asm volatile(\"wmma.mma.sync.aligned.%s.m16n16k16.%s\"\n".formatted(layouts, types)
            + "               \" {%s}, {%s},\"\n".formatted(list(0, toA), list(toA, a.registers))
            + "               \" {%s}, {%s};\"\n"
                .formatted(list(toB, b.registers), list(toC, c.registers))
            + "               : %s\n".formatted(operands("=" + d.constraint, "d", d.registers))
            + "               : %s,\n".formatted(operands(a.constraint, "a", a.registers))
            + "                 %s,\n".formatted(operands(b.constraint, "b", b.registers))
            + "                 %s);\n}\n".formatted(operands(c.constraint, "c", c.registers)));
    return Code.call(
        name,
        registers(args.get(0), args.get(1), d),
        registers(args.get(2), args.get(3), a),
        registers(args.get(4), args.get(5), b),
        registers(args.get(6), args.get(7), c));
  }

  /** {@code %from, …} of an instruction's operands. */
  private static String list(int from, int count) {
    return IntStream.range(from, from + count)
        .mapToObj(i -> "%" + i)
        .collect(Collectors.joining(", "));
  }

  private static String operands(String constraint, String array, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "\"%s\"(%s[%d])".formatted(constraint, array, i))
        .collect(Collectors.joining(", "));
  }

  private static Code at(String type, Code data, Code offset) {
    return Code.cast(type, Code.binary(data, "+", offset, Code.ADDITIVE));
  }

  /** {@code (transposed, count, type, registers, offset, shared, offset)}. */
  private Code loadMatrices(List<Expr> exprs, List<Code> args) {
    boolean transposed = !exprs.get(0).isConst(0);
    if (!(exprs.get(1) instanceof Expr.IntImm(DType dtype, long count))
        || (count != 1 && count != 2 && count != 4)) {
      throw refuse("T.ptx_ldmatrix of other than 1, 2 or 4 matrices");
    }
    int n = (int) count;
    String name = "weft_ldmatrix_x" + n + (transposed ? "_trans" : "");
    helpers.use(
        name,
        "WEFT_DEVICE void %s(unsigned int* r, const void* shared) {\n".formatted(name)
            + "  unsigned int p = (unsigned int)__cvta_generic_to_shared(shared);\n"
            + "  asm volatile(\"ldmatrix.sync.aligned.m8n8.x%d%s.shared.b16 {%s}, [%%%d];\"\n"
                .formatted(n, transposed ? ".trans" : "", list(0, n), n)
            + "               : %s : \"r\"(p) : \"memory\");\n}\n"
                .formatted(operands("=r", "r", n)));
    Code shared = Code.binary(args.get(5), "+", args.get(6), Code.ADDITIVE);
    return Code.call(name, at("unsigned int*", args.get(3), args.get(4)), shared);
  }

  /** {@code (shape, layouts, types, A, a, B, b, C, c, saturate)}: C += A · B. */
  private Code multiplyRegisters(List<Expr> exprs, List<Code> args) {
    int start = 0;
    while (!(exprs.get(start) instanceof Expr.StringImm(String text)
        && text.matches("m\\d+n\\d+k\\d+"))) {
      start++;
    }
    String shape = ((Expr.StringImm) exprs.get(start)).value();
    int at = start + 6;
    DType factors = element(exprs.get(at));
    DType right = element(exprs.get(at + 2));
    DType sums = element(exprs.get(at + 4));
    int[] mnk =
        Arrays.stream(shape.substring(1).split("[nk]")).mapToInt(Integer::parseInt).toArray();
    boolean doubles = factors.bits() == 64;
    String unit = doubles ? "double" : "unsigned int";
    String constraint = doubles ? "d" : "r";
    int perRegister = doubles ? 1 : 32 / factors.bits();
    int a = mnk[0] * mnk[2] / 32 / perRegister;
    int b = mnk[2] * mnk[1] / 32 / perRegister;
    int perSum = sums.bits() == 16 ? 2 : 1;
    int c = mnk[0] * mnk[1] / 32 / perSum;
    String sumType =
        switch (ptx(sums)) {
          case "f32" -> "float";
          case "f64" -> "double";
          case "s32" -> "int";
          default -> "unsigned int";
        };
    String sumConstraint =
        switch (sumType) {
          case "float" -> "f";
          case "double" -> "d";
          default -> "r";
        };
    // Floats of 32 bits are multiplied as tf32.
    String left = ptx(factors).equals("f32") ? "tf32" : ptx(factors);
    String other = ptx(right).equals("f32") ? "tf32" : ptx(right);
    String types = String.join(".", ptx(sums), left, other, ptx(sums));
    String name = "weft_mma_" + shape + "_" + types.replace('.', '_');
    helpers.use(
        name,
        "WEFT_DEVICE void %s(const %s* a, const %s* b, %s* c) {\n"
                .formatted(name, unit, unit, sumType)
            + "  asm volatile(\"mma.sync.aligned.%s.row.col.%s\"\n".formatted(shape, types)
            + "               \" {%s}, {%s}, {%s}, {%s};\"\n"
                .formatted(list(0, c), list(c, a), list(c + a, b), list(0, c))
            + "               : %s\n".formatted(operands("+" + sumConstraint, "c", c))
            + "               : %s,\n".formatted(operands(constraint, "a", a))
            + "                 %s);\n}\n".formatted(operands(constraint, "b", b)));
    return Code.call(
        name,
        at("const " + unit + "*", args.get(at), args.get(at + 1)),
        at("const " + unit + "*", args.get(at + 2), args.get(at + 3)),
        at(sumType + "*", args.get(at + 4), args.get(at + 5)));
  }

  /** {@code (count, registers, offset)}: zeros. */
  private Code fillRegisters(List<Expr> exprs, List<Code> args) {
    if (!(exprs.get(0) instanceof Expr.IntImm(DType dtype, long count))) {
      throw refuse("T.mma_fill of a number of registers that is not constant");
    }
    String type = dialect.type(element(exprs.get(1)));
    String name = "weft_zeros_" + type + "_" + count;
    helpers.use(
        name,
        "WEFT_DEVICE void %s(%s* r) {\n".formatted(name, type)
            + "#pragma unroll\n  for (int i = 0; i < %d; ++i) r[i] = %s;\n}\n"
                .formatted(count, zero(element(exprs.get(1))).text()));
    return Code.call(name, Code.binary(args.get(1), "+", args.get(2), Code.ADDITIVE));
  }

  private Code zero(DType dtype) {
    return dtype.isFloat() ? dialect.floatLiteral(dtype, 0) : dialect.intLiteral(dtype, 0);
  }

  /** {@code (16, 16, pointer, registers, offset, stride)}: two accumulators of 16 × 8. */
  private Code storeRegisters(List<Expr> exprs, List<Code> args) {
    if (!exprs.get(0).isConst(16) || !exprs.get(1).isConst(16)) {
      throw refuse("T.mma_store of other than 16 × 16");
    }
    String type = dialect.type(element(exprs.get(3)));
    String name = "weft_mma_store_" + type;
    helpers.use(
        name,
        "WEFT_DEVICE void %s(%s* p, const %s* r, int stride) {\n".formatted(name, type, type)
            + "  unsigned int lane;\n"
            + "  asm volatile(\"mov.u32 %0, %%laneid;\" : \"=r\"(lane));\n"
            + "  p += (lane / 4) * stride + lane % 4 * 2;\n"
            + "#pragma unroll\n  for (int i = 0; i < 8; ++i) {\n"
            + "    p[i % 4 / 2 * 8 * stride + i / 4 * 8 + i % 2] = r[i];\n  }\n}\n");
    return Code.call(
        name, args.get(2), Code.binary(args.get(3), "+", args.get(4), Code.ADDITIVE), args.get(5));
  }
}
