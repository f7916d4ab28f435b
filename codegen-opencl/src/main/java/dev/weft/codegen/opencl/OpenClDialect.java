package dev.weft.codegen.opencl;

import dev.weft.base.DType;
import dev.weft.codegen.c.CDialect;
import dev.weft.codegen.c.Code;
import dev.weft.codegen.c.CodegenException;
import dev.weft.codegen.c.Helpers;
import dev.weft.tir.BinaryOp;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.Scope;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.target.Target;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** OpenCL C 1.2 ("The OpenCL C Specification", version 1.2) as a table for the C renderer. */
final class OpenClDialect implements CDialect {
  private static final Set<Integer> VECTOR_WIDTHS = Set.of(2, 3, 4, 8, 16);

  /** Shorter vectors would fill a cache line in too many steps. */
  private static final int STREAMED_BYTES = 16;

  private static final String STREAM =
      """
      /* A store past the caches, where the compiler has one */
      #ifdef __has_builtin
      #if __has_builtin(__builtin_nontemporal_store)
      #define WEFT_STREAM(type, value, place) \\
        __builtin_nontemporal_store(value, (__global type*)(place))
      #endif
      #endif
      #ifndef WEFT_STREAM
      #define WEFT_STREAM(type, value, place) (*(__global type*)(place) = (value))
      #endif
      """;

  private final Target target;

  OpenClDialect(Target target) {
    this.target = target;
  }

  @Override
  public Set<String> reserved() {
    return OpenClNames.RESERVED;
  }

  private boolean computesHalf() {
    return target.capabilities().computes(DType.FLOAT16);
  }

  @Override
  public String type(DType dtype) {
    if (dtype.isBool()) {
      return dtype.isVector() ? "int" + width(dtype) : "bool";
    }
    if (dtype.equals(DType.FLOAT16.withLanes(dtype.lanes())) && !computesHalf()) {
      throw new CodegenException(
          "the device has no arithmetic on " + dtype, "", "legalise it in the lowering");
    }
    return storageType(dtype);
  }

  @Override
  public String storageType(DType dtype) {
    String scalar =
        switch (dtype.code()) {
          case INT -> integer(dtype);
          case UINT -> "u" + integer(dtype);
          case BOOL -> "uchar";
          case FLOAT ->
              switch (dtype.bits()) {
                case 64 -> "double";
                case 32 -> "float";
                default -> "half";
              };
          case BFLOAT,
              FLOAT8_E4M3,
              FLOAT8_E5M2,
              FLOAT8_E4M3FNUZ,
              FLOAT8_E5M2FNUZ,
              FLOAT8_E8M0,
              FLOAT4_E2M1,
              HANDLE,
              STRING,
              BARRIER,
              TOKEN,
              VOID ->
              throw new CodegenException(
                  "OpenCL C has no type for " + dtype, "", "legalise it in the lowering");
        };
    return dtype.isVector() ? scalar + width(dtype) : scalar;
  }

  private static String integer(DType dtype) {
    return switch (dtype.bits()) {
      case 4, 8 -> "char";
      case 16 -> "short";
      case 32 -> "int";
      case 64 -> "long";
      default -> throw new CodegenException("OpenCL C has no type for " + dtype, "", "");
    };
  }

  private static int width(DType dtype) {
    if (!VECTOR_WIDTHS.contains(dtype.lanes())) {
      throw new CodegenException(
          "OpenCL C has no vectors of " + dtype.lanes() + " lanes",
          "",
          "vectorize a loop of 2, 3, 4, 8 or 16 iterations");
    }
    return dtype.lanes();
  }

  @Override
  public String addressSpace(Scope scope) {
    return switch (scope.rank()) {
      case GLOBAL -> "__global ";
      case SHARED -> "__local ";
      case LOCAL -> "";
      case WARP,
          TEXTURE,
          WMMA_MATRIX_A,
          WMMA_MATRIX_B,
          WMMA_ACCUMULATOR,
          MMA_MATRIX_A,
          MMA_MATRIX_B,
          MMA_MATRIX_C ->
          throw new CodegenException(
              "OpenCL C has no memory of scope " + scope, "", "use shared or local");
    };
  }

  @Override
  public String functionPrefix() {
    return "static inline ";
  }

  @Override
  public String kernelPrefix(
      @Nullable List<Long> blockExtents, @Nullable List<Long> clusterExtents) {
    if (blockExtents == null) {
      return "__kernel void ";
    }
    String extents = blockExtents.stream().map(String::valueOf).collect(Collectors.joining(", "));
    return "__kernel __attribute__((reqd_work_group_size(" + extents + "))) void ";
  }

  @Override
  public String pointerParam(DType dtype, boolean readOnly, boolean noAlias, String name) {
    return "__global "
        + (readOnly ? "const " : "")
        + storageType(dtype)
        + "*"
        + (noAlias ? " restrict " : " ")
        + name;
  }

  @Override
  public String threadIndex(ThreadTag tag) {
    return switch (tag.level) {
      case GRID -> "get_group_id(" + tag.axis + ")";
      case BLOCK -> "get_local_id(" + tag.axis + ")";
      case CLUSTER, VIRTUAL ->
          throw new CodegenException("OpenCL C has no index " + tag.text, "", "");
    };
  }

  @Override
  public String barrier(String scope) {
    return switch (scope) {
      case "shared", "shared.dyn" -> "barrier(CLK_LOCAL_MEM_FENCE);";
      case "global" -> "barrier(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE);";
      default -> throw new CodegenException("OpenCL C has no barrier for " + scope, "", "");
    };
  }

  @Override
  public Code floatLiteral(DType dtype, double value) {
    if (Double.isNaN(value)) {
      return dtype.bits() == 64 ? Code.call("nan", Code.primary("0UL")) : Code.primary("NAN");
    }
    if (Double.isInfinite(value)) {
      Code infinity = Code.primary("INFINITY");
      Code typed = dtype.bits() == 64 ? Code.cast("double", infinity) : infinity;
      return value < 0 ? Code.unary("-", typed) : typed;
    }
    String digits = dtype.bits() == 64 ? Double.toString(value) : Float.toString((float) value);
    String suffix = dtype.bits() == 64 ? "" : dtype.bits() == 32 ? "f" : "h";
    String text = digits.replace("E", "e") + suffix;
    return text.startsWith("-")
        ? Code.unary("-", Code.primary(text.substring(1)))
        : Code.primary(text);
  }

  @Override
  public Code intLiteral(DType dtype, long value) {
    return Code.integer(dtype, value, "L");
  }

  @Override
  public Code broadcast(DType vector, Code value) {
    String type = "(" + type(vector) + ")";
    return vector.isBool()
        ? new Code(type + "(-(int)" + value.at(Code.UNARY) + ")", Code.UNARY)
        : new Code(type + "(" + value.text() + ")", Code.UNARY);
  }

  @Override
  public Code vector(DType vector, List<Code> lanes) {
    String elements =
        lanes.stream()
            .map(lane -> vector.isBool() ? "-(int)" + lane.at(Code.UNARY) : lane.text())
            .collect(Collectors.joining(", "));
    return new Code("(" + type(vector) + ")(" + elements + ")", Code.UNARY);
  }

  @Override
  public Code lane(Code vector, int lane, int lanes) {
    return Code.primary(vector.at(Code.PRIMARY) + ".s" + Integer.toHexString(lane));
  }

  @Override
  public Code loadVector(DType vector, Scope scope, Code element) {
    Code loaded = Code.call("vload" + width(vector), Code.primary("0"), element);
    // A byte of 0 or 1 becomes a mask of 0 or -1.
    return vector.isBool()
        ? Code.unary("-", Code.call("convert_int" + width(vector), loaded))
        : loaded;
  }

  @Override
  public String storeVector(DType vector, Scope scope, Code element, Code value) {
    Code stored =
        vector.isBool()
            ? Code.call("convert_uchar" + width(vector), Code.unary("-", value))
            : value;
    return Code.call("vstore" + width(vector), stored, Code.primary("0"), element).text() + ";";
  }

  @Override
  public @Nullable String streamVector(DType vector, Code element, Code value, Helpers helpers) {
    int bytes = vector.lanes() * vector.bits() / Byte.SIZE;
    if (vector.isBool() || Integer.bitCount(bytes) != 1 || bytes < STREAMED_BYTES) {
      return null;
    }
    helpers.use("WEFT_STREAM", STREAM);
    return "WEFT_STREAM(%s, %s, %s);".formatted(storageType(vector), value.text(), element.text());
  }

  private static boolean isHalf(DType dtype) {
    return dtype.scalar().equals(DType.FLOAT16);
  }

  private boolean isFloat(DType dtype) {
    return dtype.scalar().equals(DType.FLOAT32) || dtype.scalar().equals(DType.FLOAT64);
  }

  @Override
  public @Nullable Code loadConverted(DType from, DType to, Scope scope, Code element) {
    if (!isHalf(from) || computesHalf() || !isFloat(to)) {
      return null;
    }
    String suffix = from.isVector() ? String.valueOf(width(from)) : "";
    Code loaded = Code.call("vload_half" + suffix, Code.primary("0"), element);
    DType single = DType.FLOAT32.withLanes(from.lanes());
    return to.equals(single) ? loaded : convert(single, to, loaded);
  }

  @Override
  public @Nullable String storeConverted(
      DType from, DType to, Scope scope, Code element, Code value) {
    if (!isHalf(to) || computesHalf() || !isFloat(from)) {
      return null;
    }
    String suffix = to.isVector() ? String.valueOf(width(to)) : "";
    return Code.call("vstore_half" + suffix, value, Code.primary("0"), element).text() + ";";
  }

  @Override
  public Code convert(DType from, DType to, Code value) {
    if (from.isBool() && from.isVector()) {
      Code ones = Code.unary("-", value);
      return to.scalar().equals(DType.INT32) ? ones : Code.call("convert_" + type(to), ones);
    }
    if (to.isBool()) {
      return toBool(from, to, value);
    }
    boolean saturates = from.isFloat() && to.isInt();
    if (saturates) {
      return Code.call("convert_" + type(to) + "_sat_rtz", value);
    }
    return to.isVector() ? Code.call("convert_" + type(to), value) : Code.cast(type(to), value);
  }

  private Code toBool(DType from, DType to, Code value) {
    Code zero = from.isFloat() ? floatLiteral(from.scalar(), 0) : intLiteral(from.scalar(), 0);
    Code nonZero = Code.binary(value, "!=", zero, Code.EQUALITY);
    return to.isVector() ? compareVector(from, nonZero) : nonZero;
  }

  @Override
  public Code selectVector(DType dtype, Code mask, Code a, Code b) {
    String width = String.valueOf(width(dtype));
    Code fitting =
        dtype.isBool()
            ? mask
            : switch (dtype.bits()) {
              case 32 -> mask;
              case 64 -> Code.call("convert_long" + width, mask);
              case 16 -> Code.call("convert_short" + width, mask);
              default -> Code.call("convert_char" + width, mask);
            };
    return Code.call("select", b, a, fitting);
  }

  @Override
  public Code compareVector(DType operands, Code comparison) {
    return operands.isBool() || operands.bits() == 32
        ? comparison
        : Code.call("convert_int" + width(operands), comparison);
  }

  @Override
  public Code reinterpret(DType from, DType to, Code value) {
    if (type(from).equals(type(to))) {
      return value;
    }
    boolean sameNumberKind = from.isInt() && to.isInt() && !to.isVector();
    return sameNumberKind ? Code.cast(type(to), value) : Code.call("as_" + type(to), value);
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
    return new OpenClVectors(this, helpers).divide(op, dtype, wraps, a, b);
  }

  @Override
  public Code extremum(boolean max, DType dtype, Code a, Code b, Helpers helpers) {
    if (!dtype.isFloat()) {
      // Narrow integers become int in C's arithmetic, and a call with two types is ambiguous.
      boolean narrow = !dtype.isVector() && dtype.bits() < 32;
      Code first = narrow ? Code.cast(type(dtype), a) : a;
      Code second = narrow ? Code.cast(type(dtype), b) : b;
      return Code.call(max ? "max" : "min", first, second);
    }
    String type = type(dtype);
    String name = (max ? "weft_max_" : "weft_min_") + type;
    String condition =
        dtype.isVector()
            ? "select(a, b, (a %s b) | (b != b))".formatted(max ? "<" : ">")
            : "(a %s b || b != b) ? b : a".formatted(max ? "<" : ">");
    String definition =
        "/* NaN if either is NaN */\n"
            + "static inline %s %s(%s a, %s b) {\n  return %s;\n}\n"
                .formatted(type, name, type, type, condition);
    return Code.call(helpers.use(name, definition), a, b);
  }

  @Override
  public @Nullable Code intrinsic(
      DType dtype, Intrinsic intrinsic, List<Expr> exprs, List<Code> args, Helpers helpers) {
    return new OpenClIntrinsics(this, helpers).call(dtype, intrinsic, exprs, args);
  }

  @Override
  public String prelude(Set<DType> usedTypes, Helpers helpers) {
    StringBuilder text = new StringBuilder();
    boolean doubles = usedTypes.stream().anyMatch(t -> t.scalar().equals(DType.FLOAT64));
    boolean halves = usedTypes.stream().anyMatch(OpenClDialect::isHalf) && computesHalf();
    if (doubles) {
      text.append("#pragma OPENCL EXTENSION cl_khr_fp64 : enable\n");
    }
    if (halves) {
      text.append("#pragma OPENCL EXTENSION cl_khr_fp16 : enable\n");
    }
    if (!text.isEmpty()) {
      text.append('\n');
    }
    for (String definition : helpers.definitions()) {
      text.append(definition).append('\n');
    }
    return text.toString();
  }
}
