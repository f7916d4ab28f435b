package dev.weft.lowering.intrin;

import dev.weft.base.DType;
import dev.weft.tir.schedule.TensorIntrin;
import dev.weft.tir.schedule.TensorIntrins;
import java.util.ArrayList;
import java.util.List;

/** The tensor intrinsics of NVIDIA GPUs, by the names that TVM gives them where it has them. */
public final class CudaIntrins {
  /** All of them. */
  public static final TensorIntrins ALL = all();

  private CudaIntrins() {}

  private static TensorIntrins all() {
    List<TensorIntrin> intrins = new ArrayList<>();
    for (DType factors :
        List.of(
            DType.FLOAT16,
            DType.BFLOAT16,
            DType.FLOAT32,
            DType.INT8,
            DType.UINT8,
            DType.FLOAT8_E4M3,
            DType.FLOAT8_E5M2)) {
      DType sums = factors.isInt() ? DType.INT32 : DType.FLOAT32;
      Mma mma = new Mma(factors, sums);
      for (boolean transposed : new boolean[] {false, true}) {
        for (String scope : List.of("shared", "shared.dyn")) {
          intrins.add(mma.loadLeft(transposed, scope));
          intrins.add(mma.loadRight(transposed, scope));
        }
        intrins.add(mma.multiply(transposed, false));
        intrins.add(mma.multiply(transposed, true));
      }
    }
    Mma half = new Mma(DType.FLOAT16, DType.FLOAT16);
    for (boolean transposed : new boolean[] {false, true}) {
      intrins.add(half.multiply(transposed, false));
      intrins.add(half.multiply(transposed, true));
    }
    for (DType sums : List.of(DType.FLOAT16, DType.FLOAT32, DType.INT32)) {
      Mma mma = new Mma(sums.isInt() ? DType.INT8 : DType.FLOAT16, sums);
      intrins.add(mma.fill());
      for (String scope : List.of("global", "shared", "shared.dyn")) {
        intrins.add(mma.store(scope));
      }
    }
    for (DType left : List.of(DType.INT8, DType.UINT8)) {
      intrins.add(Dp4a.intrinsic(left));
    }
    return TensorIntrins.of(intrins.toArray(TensorIntrin[]::new));
  }
}
