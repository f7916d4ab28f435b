package dev.weft.lowering.simt;

import static dev.weft.lowering.simt.SimtRun.kernel;
import static dev.weft.lowering.simt.SimtRun.kinds;
import static dev.weft.lowering.simt.SimtRun.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Matrix operations of warps: opaque fragments, and registers in the layout of the PTX ISA. */
class SimtMatricesTest {
  private static Tensor numbers(DType dtype, int seed, long... shape) {
    Tensor tensor = Tensor.allocate(dtype, shape);
    for (int i = 0; i < tensor.elements(); i++) {
      tensor.setDouble(i, (i * 7 + seed) % 11 - 5);
    }
    return tensor;
  }

  /** C + A · B; A is m × k, B is k × n, or n × k if {@code transposed}. */
  private static void assertProduct(
      Tensor c, Tensor a, Tensor b, int m, int n, int k, boolean transposed) {
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        double sum = 0;
        for (int p = 0; p < k; p++) {
          sum +=
              a.getDouble((long) i * k + p)
                  * b.getDouble(transposed ? (long) j * k + p : (long) p * n + j);
        }
        assertThat(c.getDouble((long) i * n + j)).as("[%s, %s]", i, j).isEqualTo(sum);
      }
    }
  }

  private static final String[] WMMA = {
    "tx = T.launch_thread(\"threadIdx.x\", 32)",
    "fa = T.allocate([256], \"float16\", \"wmma.matrix_a\")",
    "fb = T.allocate([256], \"float16\", \"wmma.matrix_b\")",
    "fc = T.allocate([256], \"float32\", \"wmma.accumulator\")",
    "T.tvm_fill_fragment(fc, 16, 16, 16, 0, T.float32(0))",
    "T.tvm_load_matrix_sync(fa, 16, 16, 16, 0, T.tvm_access_ptr(T.type_annotation(\"float16\"),"
        + " A.data, 0, 256, 1), 16, \"row_major\")",
    "T.tvm_load_matrix_sync(fb, 16, 16, 16, 0, T.tvm_access_ptr(T.type_annotation(\"float16\"),"
        + " B.data, 0, 256, 1), 16, \"row_major\")",
    "T.tvm_mma_sync(fc, 0, fa, 0, fb, 0, fc, 0)",
    "T.tvm_store_matrix_sync(fc, 16, 16, 16, 0, T.tvm_access_ptr(T.type_annotation(\"float32\"),"
        + " C.data, 0, 256, 2), 16, \"row_major\")",
  };

  private static final String PARAMS =
      "A: T.Buffer((256,), \"float16\"), B: T.Buffer((256,), \"float16\"), C: T.Buffer((256,),"
          + " \"float32\")";

  private static SimtReport wmma(int replaced, String by, Tensor... tensors) {
    String[] lines = WMMA.clone();
    if (replaced >= 0) {
      lines[replaced] = by;
    }
    return run(kernel(PARAMS, lines), tensors);
  }

  private static Tensor[] operands() {
    return new Tensor[] {
      numbers(DType.FLOAT16, 1, 256),
      numbers(DType.FLOAT16, 2, 256),
      Tensor.allocate(DType.FLOAT32, 256)
    };
  }

  @Test
  void fragmentsMultiply() {
    Tensor[] t = operands();
    SimtReport report = wmma(-1, "", t);
    assertThat(report.findings()).isEmpty();
    assertProduct(t[2], t[0], t[1], 16, 16, 16, false);
    assertThat(report.counts().instructions(InstructionKind.MATRIX)).isEqualTo(5);
    assertThat(report.counts().globalLoads().bytes()).isEqualTo(2 * 512);
    assertThat(report.counts().globalStores().bytes()).isEqualTo(1024);
  }

  @Test
  void columnMajorFactorsAreTransposed() {
    Tensor[] t = operands();
    assertThat(wmma(6, WMMA[6].replace("row_major", "col_major"), t).findings()).isEmpty();
    assertProduct(t[2], t[0], t[1], 16, 16, 16, true);
  }

  @Test
  void whatIsWrongWithFragmentsIsFound() {
    assertThat(kinds(wmma(4, "T.evaluate(0)", operands())))
        .contains(Finding.Kind.UNINITIALISED_READ);
    assertThat(kinds(wmma(6, WMMA[6].replace("B.data, 0", "B.data, 8"), operands())))
        .contains(Finding.Kind.OUT_OF_BOUNDS);
    assertThat(kinds(wmma(7, "T.tvm_mma_sync(fc, 1, fa, 0, fb, 0, fc, 1)", operands())))
        .contains(Finding.Kind.OUT_OF_BOUNDS);
    assertThat(kinds(wmma(7, "if tx < 16:\n        " + WMMA[7], operands())))
        .contains(Finding.Kind.DIVERGENT_BARRIER);
  }

  @ParameterizedTest
  @CsvSource({
    "m16n8k8, float16, float32, 8",
    "m16n8k16, float16, float32, 16",
    "m16n8k16, float16, float16, 16",
    "m16n8k16, bfloat16, float32, 16",
    "m16n8k16, int8, int32, 16",
    "m16n8k32, int8, int32, 32",
    "m16n8k8, float32, float32, 8",
    "m16n8k4, float32, float32, 4"
  })
  void registersHoldWhatThePtxIsaSays(String shape, String dtype, String sumType, int k) {
    int bits = DType.parse(dtype).bits();
    int per = 32 / bits;
    int aCount = 16 * k / 32;
    int bCount = k * 8 / 32;
    // Written out as the ISA's tables have it: registers of `per` neighbours along k.
    String[] lines = {
      "tx = T.launch_thread(\"threadIdx.x\", 32)",
      "ra = T.allocate([" + aCount + "], \"" + dtype + "\", \"local\")",
      "RA = T.decl_buffer((" + aCount + ",), \"" + dtype + "\", data=ra, scope=\"local\")",
      "rb = T.allocate([" + bCount + "], \"" + dtype + "\", \"local\")",
      "RB = T.decl_buffer((" + bCount + ",), \"" + dtype + "\", data=rb, scope=\"local\")",
      "rc = T.allocate([4], \"" + sumType + "\", \"local\")",
      "RC = T.decl_buffer((4,), \"" + sumType + "\", data=rc, scope=\"local\")",
      "T.mma_fill(4, rc, 0, dtype=\"" + sumType + "\")",
      "for i in range(" + aCount + "):",
      "    RA[i] = A[(tx // 4 + i // "
          + per
          + " % 2 * 8) * "
          + k
          + " + i // "
          + 2 * per
          + " * "
          + 4 * per
          + " + tx % 4 * "
          + per
          + " + i % "
          + per
          + "]",
      "for i in range(" + bCount + "):",
      "    RB[i] = B[(i // "
          + per
          + " * "
          + 4 * per
          + " + tx % 4 * "
          + per
          + " + i % "
          + per
          + ") * 8 + tx // 4]",
      "T.ptx_mma(\""
          + sumType
          + "\", \""
          + shape
          + "\", \"row\", \"col\", \"t\", \"t\", \"t\","
          + " ra, 0, rb, 0, rc, 0, False)",
      "for i in range(4):",
      "    C[(tx // 4 + i // 2 * 8) * 8 + tx % 4 * 2 + i % 2] = RC[i]",
    };
    Tensor a = numbers(DType.parse(dtype), 3, 16L * k);
    Tensor b = numbers(DType.parse(dtype), 4, k * 8L);
    Tensor c = Tensor.allocate(DType.parse(sumType), 128);
    String params =
        "A: T.Buffer(("
            + 16 * k
            + ",), \""
            + dtype
            + "\"), B: T.Buffer(("
            + k * 8
            + ",), \""
            + dtype
            + "\"), C: T.Buffer((128,), \""
            + sumType
            + "\")";
    SimtReport report = run(kernel(params, lines), a, b, c);
    assertThat(report.findings()).isEmpty();
    assertProduct(c, a, b, 16, 8, k, false);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void loadedMatricesLieInRegistersOfTheProduct(boolean transposed) {
    String[] lines = {
      "tx = T.launch_thread(\"threadIdx.x\", 32)",
      "s = T.allocate([256], \"float16\", \"shared\")",
      "S = T.decl_buffer((256,), \"float16\", data=s, scope=\"shared\")",
      "r = T.allocate([8], \"float16\", \"local\")",
      "R = T.decl_buffer((8,), \"float16\", data=r, scope=\"local\")",
      "for i in range(8):",
      "    S[i * 32 + tx] = A[i * 32 + tx]",
      "T.tvm_storage_sync(\"shared\")",
      "T.ptx_ldmatrix(\"float16\", "
          + (transposed ? "True" : "False")
          + ", 4, \".b16\", r, 0, s, tx % 16 * 16 + tx // 16 * 8)",
      "for i in range(8):",
      "    B[tx * 8 + i] = R[i]",
    };
    Tensor a = numbers(DType.FLOAT16, 5, 256);
    Tensor b = Tensor.allocate(DType.FLOAT16, 256);
    SimtReport report =
        run(
            kernel("A: T.Buffer((256,), \"float16\"), B: T.Buffer((256,), \"float16\")", lines),
            a,
            b);
    assertThat(report.findings()).isEmpty();
    for (int lane = 0; lane < 32; lane++) {
      for (int i = 0; i < 8; i++) {
        int row = transposed ? lane % 4 * 2 + i % 2 : lane / 4;
        int column = transposed ? lane / 4 : lane % 4 * 2 + i % 2;
        int matrix = i / 2;
        int at = (matrix % 2 * 8 + row) * 16 + matrix / 2 * 8 + column;
        assertThat(b.getDouble(lane * 8L + i)).isEqualTo(a.getDouble(at));
      }
    }
    // Rows 32 bytes apart: each matrix's 8 rows meet in pairs of two in the banks.
    assertThat(report.counts().sharedLoads().requests()).isEqualTo(4);
  }

  @Test
  void misalignedRowsAreFound() {
    String[] lines = {
      "tx = T.launch_thread(\"threadIdx.x\", 32)",
      "s = T.allocate([264], \"float16\", \"shared\")",
      "S = T.decl_buffer((264,), \"float16\", data=s, scope=\"shared\")",
      "r = T.allocate([8], \"float16\", \"local\")",
      "for i in range(8):",
      "    S[i * 33 + tx] = A[i * 32 + tx]",
      "T.ptx_ldmatrix(\"float16\", False, 4, \".b16\", r, 0, s, tx % 16 * 16 + 4)",
    };
    SimtReport report =
        run(
            kernel("A: T.Buffer((256,), \"float16\"), B: T.Buffer((256,), \"float16\")", lines),
            numbers(DType.FLOAT16, 5, 256),
            Tensor.allocate(DType.FLOAT16, 256));
    assertThat(kinds(report)).contains(Finding.Kind.MISALIGNED_ACCESS, Finding.Kind.DATA_RACE);
  }
}
