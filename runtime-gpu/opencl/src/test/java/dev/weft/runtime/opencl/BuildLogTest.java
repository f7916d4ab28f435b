package dev.weft.runtime.opencl;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BuildLogTest {
  private static final String SOURCE = "__kernel void f() {\n  int x = y;\n}\n";

  @Test
  void findsTheFirstErrorAsTheDriversWriteIt() {
    String expected = "line 2: use of undeclared identifier 'y': int x = y;";
    String message = "2:11: error: use of undeclared identifier 'y'";

    assertThat(BuildLog.summary("warning: w\n/tmp/pocl/tempfile.cl:" + message, SOURCE))
        .isEqualTo(expected);
    assertThat(BuildLog.summary("<kernel>:" + message, SOURCE)).isEqualTo(expected);
    assertThat(BuildLog.summary(message, SOURCE)).isEqualTo(expected);
    assertThat(
            BuildLog.summary(
                "error: /root/pocl/tempfile_x.cl:2:11: use of undeclared identifier 'y'", SOURCE))
        .isEqualTo(expected);
  }

  @Test
  void otherwiseTakesTheFirstLine() {
    assertThat(BuildLog.summary("\nError: internal\nmore", SOURCE)).isEqualTo("Error: internal");
    assertThat(BuildLog.summary("", SOURCE)).isEqualTo("no reason given");
  }

  @Test
  void pointsAtTheColumn() {
    assertThat(BuildLog.annotated("x.cl:2:11: error: no y", SOURCE))
        .isEqualTo("x.cl:2:11: error: no y\n    2 |   int x = y;\n                  ^\n");
  }

  @Test
  void aLineThatTheSourceLacksIsLeftOut() {
    assertThat(BuildLog.annotated("x.cl:20:1: error: end", SOURCE))
        .isEqualTo("x.cl:20:1: error: end\n");
  }
}
