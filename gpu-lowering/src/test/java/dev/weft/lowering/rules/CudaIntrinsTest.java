package dev.weft.lowering.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.lowering.intrin.CudaIntrins;
import dev.weft.lowering.intrin.FragmentLayout;
import dev.weft.lowering.intrin.Mma;
import dev.weft.lowering.simt.SimtChecks;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.schedule.BlockRef;
import dev.weft.tir.schedule.LoopRef;
import dev.weft.tir.schedule.ReplayOptions;
import dev.weft.tir.schedule.Schedule;
import dev.weft.tir.schedule.TensorIntrin;
import dev.weft.tir.schedule.trace.TraceJson;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.structural.StructuralEqual;
import dev.weft.tir.target.Target;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tensor intrinsics by name: what they are called, and that they do what they are said to. */
class CudaIntrinsTest {
  private static final Target TARGET = Target.parse("cuda:sm_90a -cores=1");

  @Test
  void intrinsicsHaveTheNamesOfTvm() {
    assertThat(CudaIntrins.ALL.names())
        .contains(
            "mma_ldmatrix_f16_a",
            "mma_ldmatrix_f16_b",
            "mma_ldmatrix_f16_a_trans",
            "mma_ldmatrix_f16_b_trans_dyn",
            "mma_ldmatrix_i8_b_trans",
            "mma_f16f16f32",
            "mma_f16f16f16_trans_b",
            "mma_i8i8i32",
            "mma_fill_16x16_f32",
            "mma_store_16x16_f32_global_",
            "mma_store_16x16_f16_shared_dyn_",
            "dp4a_s8s8s32");
  }

  /** The rule's own trace, written, read, and replayed by the intrinsics' names. */
  @Test
  void tracesNameIntrinsics() {
    PrimFunc function = TensorCoreGpuTest.matmul(64, 64, 64, "float16", "float32", false, true);
    Target target = Target.parse("cuda:sm_80 -cores=1");
    Schedule scheduled = Schedule.of(function);
    List<BlockRef> blocks = List.of(scheduled.getBlock("C"));
    assertThat(new TensorCoreGpu().apply(scheduled, blocks, target)).isTrue();
    String json = TraceJson.write(scheduled.trace());
    assertThat(json).contains("mma_ldmatrix_f16_a", "mma_ldmatrix_f16_b_trans");

    Schedule replayed = Schedule.of(function);
    ReplayOptions known = ReplayOptions.DEFAULT;
    replayed.replay(
        TraceJson.read(json),
        new ReplayOptions(CudaIntrins.ALL, known.decisions(), known.postprocessing()));

    assertThat(StructuralEqual.check(replayed.module(), scheduled.module())).isEmpty();
  }

  /** A product of one tile by the intrinsics of one kind, its sums stored by the intrinsic. */
  private static PrimFunc tile(PrimFunc function, Mma mma, boolean left, boolean right) {
    Schedule schedule = Schedule.of(function);
    BlockRef block = schedule.getBlock("C");
    BlockRef leftShared = schedule.cacheRead(block, 0, "shared");
    BlockRef rightShared = schedule.cacheRead(block, 1, "shared");
    BlockRef leftWarp = schedule.cacheRead(block, 0, "warp");
    BlockRef rightWarp = schedule.cacheRead(block, 1, "warp");
    BlockRef store = schedule.cacheWrite(block, 0, "warp");
    List<LoopRef> loops = schedule.getLoops(block);
    List<LoopRef> i = schedule.split(loops.get(0), null, 16);
    List<LoopRef> j = schedule.split(loops.get(1), null, 16);
    List<LoopRef> k = schedule.split(loops.get(2), null, mma.depth());
    schedule.reorder(i.get(0), j.get(0), k.get(0), i.get(1), j.get(1), k.get(1));
    schedule.bind(i.get(0), "blockIdx.y");
    schedule.bind(j.get(0), "blockIdx.x");
    schedule.reverseComputeAt(store, j.get(0));
    load(schedule, leftWarp, k.get(0), mma.left(left), mma.loadLeft(left, "shared"));
    load(schedule, rightWarp, k.get(0), mma.right(right), mma.loadRight(right, "shared"));
    for (BlockRef copy : List.of(leftShared, rightShared)) {
      schedule.computeAt(copy, k.get(0));
      List<LoopRef> own = schedule.getLoops(copy);
      LoopRef all = schedule.fuse(own.get(own.size() - 2), own.getLast());
      schedule.bind(schedule.split(all, null, 32).get(1), "threadIdx.x");
    }
    schedule.transformLayout(block, 0, true, FragmentLayout.SUMS.map(2, 0, 1));
    BlockRef product = schedule.blockize(i.get(1));
    BlockRef fill = schedule.decomposeReduction(product, k.get(0));
    schedule.tensorize(fill, mma.fill());
    schedule.tensorize(product, mma.multiply(left, right));
    List<LoopRef> stored = schedule.getLoops(store);
    schedule.tensorize(stored.get(stored.size() - 2), mma.store("global"));
    return schedule.function();
  }

  private static void load(
      Schedule schedule, BlockRef copy, LoopRef at, FragmentLayout layout, TensorIntrin intrin) {
    schedule.transformLayout(copy, 0, true, layout.map(2, 0, 1));
    schedule.computeAt(copy, at);
    List<LoopRef> loops = schedule.getLoops(copy);
    schedule.tensorize(loops.get(loops.size() - 2), intrin);
  }

  @ParameterizedTest
  @CsvSource({
    "float16, float32, false, false",
    "float16, float16, true, true",
    "bfloat16, float32, false, true",
    "bfloat16, float32, true, false",
    "int8, int32, false, false",
    "int8, int32, true, true",
    "uint8, int32, false, true",
    "float8_e4m3fn, float32, true, false",
    "float8_e5m2, float32, false, true"
  })
  void loadsProductsAndStores(String factors, String sums, boolean left, boolean right) {
    Mma mma = new Mma(DType.parse(factors), DType.parse(sums));
    int depth = 2 * mma.depth();
    PrimFunc function = TensorCoreGpuTest.matmul(32, 16, depth, factors, sums, left, right);
    PrimFunc tensorized = tile(function, mma, left, right);
    assertThat(SimtChecks.problems(function, tensorized, TARGET))
        .as(() -> TvmScript.print(tensorized))
        .isEmpty();
  }

  /** On factors that tf32 has the bits for. */
  @ParameterizedTest
  @CsvSource({"false, false", "false, true", "true, false", "true, true"})
  void tf32(boolean left, boolean right) {
    Mma mma = new Mma(DType.FLOAT32, DType.FLOAT32);
    PrimFunc function =
        TvmScript.parseFunction(
            TvmScript.print(TensorCoreGpuTest.matmul(16, 16, 16, "float32", "float32", left, right))
                .replaceAll("T.Cast\\(\"float32\", ([^)]*)\\)", "$1"));
    PrimFunc tensorized = tile(function, mma, left, right);
    assertThat(SimtChecks.problems(function, tensorized, TARGET, x -> Math.rint(x * 8) / 8))
        .as(() -> TvmScript.print(tensorized))
        .isEmpty();
  }
}
