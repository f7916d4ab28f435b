package dev.weft.codegen.cuda;

import dev.weft.base.Bfloat16;
import dev.weft.base.DType;
import dev.weft.base.Float8;
import dev.weft.codegen.c.CDialect;
import dev.weft.codegen.c.Code;
import dev.weft.codegen.c.CodegenException;
import dev.weft.codegen.c.Helpers;
import dev.weft.lowering.SharedLayout;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Scope;
import dev.weft.tir.ThreadTag;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * CUDA C++ as a table for the C renderer ("CUDA C++ Programming Guide", 12.9; "PTX ISA", 8.8).
 * Types go by their names in TensorIR, but for {@code bool}, {@code int}, {@code float} and {@code
 * double}. One table serves one program: it notes what the program needs of the prelude.
 */
final class CudaDialect implements CDialect {
  private static final Map<String, String> INTEGERS =
      Map.of(
          "int8", "signed char",
          "int16", "short",
          "int64", "long long",
          "uint8", "unsigned char",
          "uint16", "unsigned short",
          "uint32", "unsigned int",
          "uint64", "unsigned long long");

  private static final int WIDEST_ACCESS = 16;

  private final EnumSet<Prelude> parts = EnumSet.noneOf(Prelude.class);
  private final Map<String, String> typedefs = new TreeMap<>();
  private final Map<String, String> vectors = new TreeMap<>();
  private final Helpers helpers;
  private final CudaConversions conversions;
  private final CudaMatrices matrices;

  /** A table for one program, whose helper functions are noted in {@code helpers}. */
  CudaDialect(Helpers helpers) {
    this.helpers = helpers;
    this.conversions = new CudaConversions(this, helpers);
    this.matrices = new CudaMatrices(this, helpers);
  }

  @Override
  public Set<String> reserved() {
    return CudaNames.RESERVED;
  }

  /** Notes that the program needs a part of the prelude. */
  void need(Prelude part) {
    parts.add(part);
  }

  @Override
  public String type(DType dtype) {
    DType scalar = dtype.scalar();
    if (dtype.isBool() && dtype.isVector()) {
      return type(DType.INT32.withLanes(dtype.lanes()));
    }
    String name =
        switch (scalar.code()) {
          case INT, UINT -> integer(scalar);
          case BOOL -> "bool";
          case FLOAT ->
              switch (scalar.bits()) {
                case 64 -> "double";
                case 32 -> "float";
                default -> {
                  need(Prelude.FLOAT16);
                  yield "float16";
                }
              };
          case BFLOAT -> {
            need(Prelude.BFLOAT16);
            yield "bfloat16";
          }
          case FLOAT8_E4M3, FLOAT8_E5M2 -> {
            need(Prelude.FLOAT8);
            yield scalar.toString();
          }
          case FLOAT8_E4M3FNUZ,
              FLOAT8_E5M2FNUZ,
              FLOAT8_E8M0,
              FLOAT4_E2M1,
              HANDLE,
              STRING,
              BARRIER,
              TOKEN,
              VOID ->
              throw new CodegenException(
                  "CUDA C has no type for values of " + dtype, "", "legalise it in the lowering");
        };
    if (!dtype.isVector()) {
      return name;
    }
    if (Integer.bitCount(dtype.lanes()) != 1) {
      throw new CodegenException(
          "vectors of " + dtype.lanes() + " lanes have no alignment",
          "",
          "vectorize a loop of 2, 4, 8 or 16 iterations");
    }
    need(Prelude.VECTORS);
    vectors.put(
        dtype.toString(), "typedef weft_vec<" + name + ", " + dtype.lanes() + "> " + dtype + ";\n");
    return dtype.toString();
  }

  private String integer(DType scalar) {
    if (scalar.equals(DType.INT32)) {
      return "int";
    }
    String name = scalar.toString();
    String builtIn = INTEGERS.get(name);
    if (builtIn == null) {
      throw new CodegenException(
          "CUDA C has no type for " + scalar, "", "legalise it in the lowering");
    }
    typedefs.put(name, "typedef " + builtIn + " " + name + ";\n");
    return name;
  }

  /** Vectors of truth values are bytes in memory, masks elsewhere. */
  @Override
  public String storageType(DType dtype) {
    return dtype.isBool() && dtype.isVector()
        ? type(DType.UINT8.withLanes(dtype.lanes()))
        : type(dtype);
  }

  @Override
  public String addressSpace(Scope scope) {
    return switch (scope.rank()) {
      case GLOBAL, LOCAL, SHARED -> "";
      case WARP,
          TEXTURE,
          WMMA_MATRIX_A,
          WMMA_MATRIX_B,
          WMMA_ACCUMULATOR,
          MMA_MATRIX_A,
          MMA_MATRIX_B,
          MMA_MATRIX_C ->
          throw new CodegenException(
              "arrays of scope " + scope + " have no address in CUDA C",
              "",
              "use them through the tensor cores' intrinsics, warp memory after it is lowered");
    };
  }

  @Override
  public String array(DType dtype, Scope scope, String name, long count) {
    if (scope.rank().isFragment()) {
      return matrices.array(dtype, scope, name, count);
    }
    String space = addressSpace(scope);
    String array = storageType(dtype) + " " + name + "[" + count + "];";
    return switch (scope.rank()) {
      case SHARED ->
          "__shared__ alignas(" + SharedLayout.alignment(count * dtype.bytes()) + ") " + array;
      case LOCAL -> count > 1 ? "alignas(" + WIDEST_ACCESS + ") " + array : array;
      default -> space + array;
    };
  }

  @Override
  public String dynamicShared() {
    return "extern __shared__ __align__(1024) unsigned char weft_shared[];";
  }

  @Override
  public String dynamicArray(DType dtype, String name, long offset) {
    String type = storageType(dtype);
    String place = offset == 0 ? "weft_shared" : "(weft_shared + " + offset + ")";
    return type + "* const " + name + " = (" + type + "*)" + place + ";";
  }

  @Override
  public String functionPrefix() {
    return "WEFT_DEVICE ";
  }

  @Override
  public String kernelPrefix(
      @Nullable List<Long> blockExtents, @Nullable List<Long> clusterExtents) {
    StringBuilder text = new StringBuilder("extern \"C\" __global__ void ");
    if (clusterExtents != null) {
      text.append("__cluster_dims__(").append(commas(clusterExtents)).append(") ");
    }
    if (blockExtents != null) {
      long threads = blockExtents.stream().reduce(1L, (a, b) -> a * b);
      text.append("__launch_bounds__(").append(threads).append(") ");
    }
    return text.toString();
  }

  private static String commas(List<Long> extents) {
    return extents.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }

  @Override
  public String pointerParam(DType dtype, boolean readOnly, boolean noAlias, String name) {
    return (readOnly ? "const " : "")
        + storageType(dtype)
        + "*"
        + (noAlias ? " __restrict__ " : " ")
        + name;
  }

  @Override
  public String threadIndex(ThreadTag tag) {
    String axis = "xyz".substring(tag.axis, tag.axis + 1);
    return switch (tag.level) {
      case GRID -> "(int)blockIdx." + axis;
      case BLOCK -> "(int)threadIdx." + axis;
      case CLUSTER -> "(int)__clusterRelativeBlockIdx()." + axis;
      case VIRTUAL -> throw new CodegenException("CUDA C has no index " + tag.text, "", "");
    };
  }

  @Override
  public String threadNumber() {
    return "(int)(threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z))";
  }

  @Override
  public String tensorMapParam(String name) {
    helpers.use(
        "weft_tensor_map",
        "struct alignas(64) weft_tensor_map {\n  unsigned char bytes[128];\n};\n");
    return "const __grid_constant__ weft_tensor_map " + name;
  }

  @Override
  public String barrier(String scope) {
    return switch (scope) {
      case "shared", "shared.dyn", "global" -> "__syncthreads();";
      case "warp" -> "__syncwarp();";
      default -> throw new CodegenException("CUDA C has no barrier for " + scope, "", "");
    };
  }

  @Override
  public Code floatLiteral(DType dtype, double value) {
    switch (dtype.code()) {
      case BFLOAT -> {
        return bits(Short.toUnsignedInt(Bfloat16.fromFloat((float) value)), dtype);
      }
      case FLOAT8_E4M3 -> {
        return bits(Float8.floatToE4m3((float) value) & 0xff, dtype);
      }
      case FLOAT8_E5M2 -> {
        return bits(Float8.floatToE5m2((float) value) & 0xff, dtype);
      }
      default -> {}
    }
    if (dtype.bits() == 16) {
      return bits(Short.toUnsignedInt(Float.floatToFloat16((float) value)), dtype);
    }
    boolean wide = dtype.bits() == 64;
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return wide
          ? Code.call(
              "__longlong_as_double",
              Code.primary("0x" + Long.toHexString(Double.doubleToLongBits(value)) + "LL"))
          : Code.call(
              "__int_as_float",
              Code.primary("0x" + Integer.toHexString(Float.floatToIntBits((float) value))));
    }
    String digits = wide ? Double.toString(value) : Float.toString((float) value);
    String text = digits.replace("E", "e") + (wide ? "" : "f");
    return text.startsWith("-")
        ? Code.unary("-", Code.primary(text.substring(1)))
        : Code.primary(text);
  }

  private Code bits(int bits, DType dtype) {
    // Notes that the type is used.
    String name = type(dtype.scalar());
    return Code.primary(name + "{0x" + Integer.toHexString(bits) + "}");
  }

  @Override
  public Code intLiteral(DType dtype, long value) {
    return Code.integer(dtype, value, "LL");
  }

  @Override
  public Code broadcast(DType vector, Code value) {
    type(vector);
    if (vector.isBool()) {
      return Code.call(
          "weft_broadcast<int, " + vector.lanes() + ">",
          Code.conditional(value, Code.primary("-1"), Code.primary("0")));
    }
    String element = type(vector.scalar());
    return Code.call("weft_broadcast<" + element + ", " + vector.lanes() + ">", value);
  }

  @Override
  public Code vector(DType vector, List<Code> lanes) {
    String cast =
        vector.isInt() && !vector.scalar().equals(DType.INT32)
            ? "(" + type(vector.scalar()) + ")"
            : "";
    String elements =
        lanes.stream()
            .map(
                lane ->
                    vector.isBool()
                        ? lane.at(Code.CONDITIONAL + 1) + " ? -1 : 0"
                        : cast.isEmpty() ? lane.text() : cast + lane.at(Code.UNARY))
            .collect(Collectors.joining(", "));
    return Code.primary(type(vector) + "{{" + elements + "}}");
  }

  @Override
  public Code lane(Code vector, int lane, int lanes) {
    return Code.primary(vector.at(Code.PRIMARY) + ".v[" + lane + "]");
  }

  @Override
  public Code loadVector(DType vector, Scope scope, Code element) {
    Code loaded = Code.unary("*", Code.cast("const " + storageType(vector) + "*", element));
    if (vector.isBool()) {
      return conversions.convert(DType.UINT8.withLanes(vector.lanes()), vector, loaded);
    }
    return loaded;
  }

  @Override
  public String storeVector(DType vector, Scope scope, Code element, Code value) {
    Code stored =
        vector.isBool()
            ? conversions.convert(vector, DType.UINT8.withLanes(vector.lanes()), value)
            : value;
    return Code.unary("*", Code.cast(storageType(vector) + "*", element)).text()
        + " = "
        + stored.text()
        + ";";
  }

  @Override
  public @Nullable Code loadConverted(DType from, DType to, Scope scope, Code element) {
    return null;
  }

  @Override
  public @Nullable String storeConverted(
      DType from, DType to, Scope scope, Code element, Code value) {
    return null;
  }

  @Override
  public Code convert(DType from, DType to, Code value) {
    return conversions.convert(from, to, value);
  }

  @Override
  public Code selectVector(DType dtype, Code mask, Code a, Code b) {
    need(Prelude.VECTORS);
    return Code.call("weft_select", mask, a, b);
  }

  @Override
  public Code compareVector(DType operands, Code comparison) {
    return comparison;
  }

  @Override
  public Code reinterpret(DType from, DType to, Code value) {
    String source = type(from);
    String target = type(to);
    if (source.equals(target)) {
      return value;
    }
    if (from.isInt() && to.isInt() && !to.isVector() && !from.isVector()) {
      return Code.cast(target, value);
    }
    if (from.equals(DType.FLOAT32) && to.isInt() && !to.isVector()) {
      return Code.call(to.code() == DType.Code.INT ? "__float_as_int" : "__float_as_uint", value);
    }
    if (to.equals(DType.FLOAT32) && from.isInt() && !from.isVector()) {
      return Code.call(from.code() == DType.Code.INT ? "__int_as_float" : "__uint_as_float", value);
    }
    need(Prelude.BITS);
    return Code.call("weft_bits<" + target + ">", value);
  }

  @Override
  public Code divideVectors(
      BinaryOp op,
      DType dtype,
      boolean wraps,
      Code a,
      Code b,
      Function<DType, String> ofScalars,
      Helpers helpers) {
    return mapped(ofScalars.apply(dtype.scalar()), dtype, List.of(dtype, dtype), List.of(a, b));
  }

  @Override
  public Code extremum(boolean max, DType dtype, Code a, Code b, Helpers helpers) {
    String type = type(dtype);
    if (!dtype.isVector() && !dtype.isFloat()) {
      return dtype.isInt() && dtype.bits() >= 32
          ? Code.call(max ? "max" : "min", a, b)
          : Code.cast(type, Code.call(max ? "max" : "min", a, b));
    }
    String scalar = type(dtype.scalar());
    String word = max ? "max" : "min";
    if (!dtype.isFloat()) {
      return mapped(word, dtype, List.of(dtype, dtype), List.of(a, b));
    }
    String name = "weft_" + word + "_" + scalar;
    String instruction =
        switch (dtype.bits()) {
          case 32 -> "\"" + word + ".NaN.f32 %0, %1, %2;\" : \"=f\"(r) : \"f\"(a), \"f\"(b)";
          case 16 ->
              "\""
                  + word
                  + (dtype.code() == DType.Code.BFLOAT ? ".NaN.bf16" : ".NaN.f16")
                  + " %0, %1, %2;\" : \"=h\"(r.bits) : \"h\"(a.bits), \"h\"(b.bits)";
          default -> "";
        };
    String plain = "  return a %s b || a != a ? a : b;\n".formatted(max ? ">" : "<");
    String body =
        instruction.isEmpty()
            ? plain
            : "#if __CUDA_ARCH__ >= 800\n  "
                + scalar
                + " r;\n  asm("
                + instruction
                + ");\n  return r;\n#else\n"
                + plain
                + "#endif\n";
    helpers.use(
        name,
        "/* NaN if either is NaN */\n"
            + "WEFT_DEVICE %s %s(%s a, %s b) {\n".formatted(scalar, name, scalar, scalar)
            + body
            + "}\n");
    return dtype.isVector()
        ? mapped(name, dtype, List.of(dtype, dtype), List.of(a, b))
        : Code.call(name, a, b);
  }

  /** A function of scalars, lane by lane. */
  Code mapped(String function, DType result, List<DType> params, List<Code> args) {
    need(Prelude.VECTORS);
    StringBuilder declared = new StringBuilder();
    StringBuilder lanes = new StringBuilder();
    String types = params.stream().map(DType::toString).collect(Collectors.joining("_"));
    for (int i = 0; i < params.size(); i++) {
      String comma = i == 0 ? "" : ", ";
      String name = "abc".substring(i, i + 1);
      declared.append(comma).append(type(params.get(i))).append(" ").append(name);
      lanes.append(comma).append(name).append(".v[i]");
    }
    String name = "weft_vec_" + function.replaceAll("^weft_", "") + "_" + types;
    String element = type(result.isBool() ? DType.INT32 : result.scalar());
    helpers.use(
        name,
        "WEFT_DEVICE %s %s(%s) {\n".formatted(type(result), name, declared)
            + "  %s r;\n".formatted(type(result))
            + "#pragma unroll\n"
            + "  for (int i = 0; i < %d; ++i) {\n".formatted(result.lanes())
            + "    r.v[i] = (%s)%s(%s)%s;\n"
                .formatted(element, function, lanes, result.isBool() ? " ? -1 : 0" : "")
            + "  }\n  return r;\n}\n");
    return Code.call(name, args.toArray(Code[]::new));
  }

  @Override
  public @Nullable Code intrinsic(
      DType dtype, Intrinsic intrinsic, List<Expr> exprs, List<Code> args, Helpers helpers) {
    Code matrix = matrices.call(intrinsic, exprs, args);
    return matrix != null
        ? matrix
        : new CudaIntrinsics(this, helpers).call(dtype, intrinsic, exprs, args);
  }

  @Override
  public String prelude(Set<DType> usedTypes, Helpers helpers) {
    for (DType dtype :
        new TreeSet<>(usedTypes.stream().map(DType::toString).toList())
            .stream().map(DType::parse).toList()) {
      boolean value = dtype.isInt() || dtype.isFloat() || dtype.isBool();
      if (value) {
        type(dtype);
      }
    }
    StringBuilder text = new StringBuilder(Prelude.MACROS);
    EnumSet<Prelude> all = Prelude.closed(parts);
    typedefs.values().forEach(text::append);
    for (Prelude part : all) {
      text.append('\n').append(part.text(all));
    }
    if (!vectors.isEmpty()) {
      text.append('\n');
      vectors.values().forEach(text::append);
    }
    text.append('\n');
    for (String definition : helpers.definitions()) {
      text.append(definition).append('\n');
    }
    return text.toString();
  }
}
