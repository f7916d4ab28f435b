package dev.weft.runtime.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.runtime.KernelResources;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class PtxasReportTest {
  @Test
  void figuresOfEachKernel() {
    String log =
        """
        ptxas info    : 0 bytes gmem
        ptxas info    : Compiling entry function 'first' for 'sm_80'
        ptxas info    : Function properties for first
            128 bytes stack frame, 64 bytes spill stores, 72 bytes spill loads
        ptxas info    : Used 255 registers, used 1 barriers, 2048 bytes smem, 368 bytes cmem[0]
        ptxas info    : Compile time = 4.000 ms
        ptxas info    : Compiling entry function 'second' for 'sm_80'
        ptxas info    : Function properties for second
            0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
        ptxas info    : Used 12 registers, 372 bytes cmem[0]
        """;

    Map<String, KernelResources> report = PtxasReport.read(log);

    assertThat(report).containsOnlyKeys("first", "second");
    assertThat(report.get("first"))
        .isEqualTo(
            new KernelResources(
                OptionalLong.empty(),
                OptionalLong.of(255),
                OptionalLong.of(2048),
                OptionalLong.of(128),
                OptionalLong.of(64)));
    assertThat(report.get("second"))
        .extracting(KernelResources::registers, KernelResources::spillBytes)
        .containsExactly(OptionalLong.of(12), OptionalLong.of(0));
  }

  @Test
  void aLogWithoutFiguresTellsNothing() {
    assertThat(PtxasReport.read("kernels.cu(3): warning: unused")).isEmpty();
  }
}
