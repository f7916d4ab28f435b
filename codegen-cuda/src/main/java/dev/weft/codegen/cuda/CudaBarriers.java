package dev.weft.codegen.cuda;

import dev.weft.base.DType;
import dev.weft.codegen.c.Code;
import dev.weft.codegen.c.CodegenException;
import dev.weft.codegen.c.Helpers;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Barrier objects, bulk tensor copies and registers of warp groups as inline PTX for sm_90 and
 * later ("PTX ISA", {@code mbarrier}, {@code cp.async.bulk.tensor}, {@code setmaxnreg}).
 */
final class CudaBarriers {
  private static final String OBJECTS = "weft_barriers";
  private static final String ADDRESS =
      "  unsigned int p = (unsigned int)__cvta_generic_to_shared(b);\n";

  private final Helpers helpers;

  CudaBarriers(Helpers helpers) {
    this.helpers = helpers;
  }

  /** Null for an intrinsic of another kind. */
  @Nullable Code call(Intrinsic intrinsic, List<Expr> exprs, List<Code> args) {
    return switch (intrinsic) {
      case CREATE_BARRIERS ->
          Code.primary(
              "__shared__ alignas(8) unsigned long long "
                  + OBJECTS
                  + "["
                  + constant(exprs.get(0))
                  + "]");
      case BARRIER_INIT ->
          counted(
              "init",
              "mbarrier.init.shared::cta.b64 [%0], %1;\\n" + "fence.mbarrier_init.release.cluster;",
              args);
      case BARRIER_ARRIVE_EXPECT_TX ->
          counted("expect", "mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;", args);
      case BARRIER_ARRIVE -> arrive(args);
      case BARRIER_WAIT -> await(args);
      case SET_MAX_REGISTERS -> registers(exprs);
      case PTX_CP_ASYNC_BULK_TENSOR -> copy(exprs, args);
      default -> null;
    };
  }

  private static long constant(Expr expr) {
    if (expr instanceof Expr.IntImm(DType type, long value)) {
      return value;
    }
    throw new CodegenException(
        "a number of barrier objects or registers that is not constant", "", "use a constant");
  }

  private static Code object(Code id) {
    return Code.binary(Code.primary(OBJECTS), "+", id, Code.ADDITIVE);
  }

  private Code counted(String what, String ptx, List<Code> args) {
    String name = "weft_barrier_" + what;
    helpers.use(
        name,
        "WEFT_DEVICE void %s(unsigned long long* b, int count) {\n".formatted(name)
            + ADDRESS
            + "  asm volatile(\"%s\" :: \"r\"(p), \"r\"(count) : \"memory\");\n}\n".formatted(ptx));
    return Code.call(name, object(args.get(0)), args.get(1));
  }

  private Code arrive(List<Code> args) {
    helpers.use(
        "weft_barrier_arrive",
        "WEFT_DEVICE void weft_barrier_arrive(unsigned long long* b) {\n"
            + ADDRESS
            + "  asm volatile(\"mbarrier.arrive.shared::cta.b64 _, [%0];\" :: \"r\"(p) :"
            + " \"memory\");\n"
            + "}\n");
    return Code.call("weft_barrier_arrive", object(args.get(0)));
  }

  private Code await(List<Code> args) {
    helpers.use(
        "weft_barrier_wait",
        "WEFT_DEVICE void weft_barrier_wait(unsigned long long* b, int parity) {\n"
            + ADDRESS
            + "  asm volatile(\"{\\n"
            + ".reg .pred over;\\n"
            + "WAIT:\\n"
            + "\"\n"
            + "               \"mbarrier.try_wait.parity.shared::cta.b64 over, [%0], %1;\\n"
            + "\"\n"
            + "               \"@!over bra WAIT;\\n"
            + "}\" :: \"r\"(p), \"r\"(parity) : \"memory\");\n"
            + "}\n");
    return Code.call("weft_barrier_wait", object(args.get(0)), args.get(1));
  }

  /** {@code (increase, registers)}: what each thread of the warp group may have from here on. */
  private Code registers(List<Expr> exprs) {
    String direction = constant(exprs.get(0)) != 0 ? "inc" : "dec";
    long count = constant(exprs.get(1));
    String name = "weft_registers_" + direction + "_" + count;
    helpers.use(
        name,
        "WEFT_DEVICE void %s() {\n  asm volatile(\"setmaxnreg.%s.sync.aligned.u32 %d;\");\n}\n"
            .formatted(name, direction, count));
    return Code.call(name);
  }

  /** {@code (direction, shared, offset, barrier, map, coordinates…)}, see TensorMaps. */
  private Code copy(List<Expr> exprs, List<Code> args) {
    boolean isLoad =
        exprs.get(0) instanceof Expr.StringImm(String direction) && direction.equals("load");
    int rank = args.size() - 5;
    String name = "weft_bulk_" + (isLoad ? "load_" : "store_") + rank + "d";
    int first = isLoad ? 3 : 2;
    String params =
        IntStream.range(0, rank).mapToObj(d -> ", int c" + d).collect(Collectors.joining());
    // The contiguous dimension comes first.
    String places =
        IntStream.range(0, rank).mapToObj(d -> "%" + (first + d)).collect(Collectors.joining(", "));
    String operands =
        IntStream.range(0, rank)
            .mapToObj(d -> ", \"r\"(c" + (rank - 1 - d) + ")")
            .collect(Collectors.joining());
    String shared = "  unsigned int s = (unsigned int)__cvta_generic_to_shared(shared);\n";
    if (isLoad) {
      helpers.use(
          name,
          "WEFT_DEVICE void %s(void* shared, unsigned long long* b, const void* map%s) {\n"
                  .formatted(name, params)
              + ADDRESS
              + shared
              + "  asm volatile(\"cp.async.bulk.tensor.%dd.shared::cluster.global\"\n"
                  .formatted(rank)
              + "               \".mbarrier::complete_tx::bytes [%%0], [%%1, {%s}], [%%2];\"\n"
                  .formatted(places)
              + "               :: \"r\"(s), \"l\"(map), \"r\"(p)%s : \"memory\");\n}\n"
                  .formatted(operands));
    } else {
      helpers.use(
          name,
          "WEFT_DEVICE void %s(const void* shared, const void* map%s) {\n".formatted(name, params)
              + shared
              + "  asm volatile(\"cp.async.bulk.tensor.%dd.global.shared::cta.bulk_group\"\n"
                  .formatted(rank)
              + "               \" [%%1, {%s}], [%%0];\\n\"\n".formatted(places)
              + "               \"cp.async.bulk.commit_group;\\ncp.async.bulk.wait_group 0;\"\n"
              + "               :: \"r\"(s), \"l\"(map)%s : \"memory\");\n}\n".formatted(operands));
    }
    List<Code> passed = new ArrayList<>();
    passed.add(Code.binary(args.get(1), "+", args.get(2), Code.ADDITIVE));
    if (isLoad) {
      passed.add(object(args.get(3)));
    }
    passed.add(Code.unary("&", args.get(4)));
    passed.addAll(args.subList(5, args.size()));
    return Code.call(name, passed.toArray(Code[]::new));
  }
}
