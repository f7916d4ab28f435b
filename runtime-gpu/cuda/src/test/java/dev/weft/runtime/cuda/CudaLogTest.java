package dev.weft.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CudaLogTest {
  private static final String SOURCE = "first\n  second = 1;\nthird";

  @Test
  void theFirstErrorWithItsLine() {
    String log =
        """
        kernels.cu(1): warning #177-D: variable unused
        kernels.cu(2): error: identifier "second" is undefined
        """;

    assertThat(CudaLog.summary(log, SOURCE))
        .isEqualTo("line 2: identifier \"second\" is undefined: second = 1;");
    assertThat(CudaLog.annotated(log, SOURCE)).contains("undefined\n    2 |   second = 1;\n");
  }

  @Test
  void errorsOfTheAssembler() {
    assertThat(
            CudaLog.summary(
                "ptxas application ptx input, line 17; error   : Feature 'max.NaN' requires sm_80",
                SOURCE))
        .isEqualTo("Feature 'max.NaN' requires sm_80");
  }

  @Test
  void linesThatTheSourceLacks() {
    assertThat(CudaLog.summary("kernels.cu(9): error: eof", SOURCE)).isEqualTo("line 9: eof");
    assertThat(CudaLog.summary("", SOURCE)).isEqualTo("no reason given");
  }
}
