package dev.weft.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.DType;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgramImageTest {
  private static final KernelSpec KERNEL =
      new KernelSpec("f", List.of(new KernelParam.Scalar("n", DType.INT32)));

  @Test
  void theHashIsThatOfContentFormatArchitectureAndOptions() {
    ProgramImage image = ProgramImage.ofText(ProgramFormat.CUDA_C, "x", List.of(), List.of("-a"));
    List<ProgramImage> others =
        List.of(
            ProgramImage.ofText(ProgramFormat.CUDA_C, "y", List.of(), List.of("-a")),
            ProgramImage.ofText(ProgramFormat.OPENCL_C, "x", List.of(), List.of("-a")),
            ProgramImage.ofText(ProgramFormat.CUDA_C, "x", List.of(), List.of("-", "a")),
            new ProgramImage(
                ProgramFormat.CUDA_C, "sm_80", new byte[] {'x'}, List.of(), List.of("-a")));

    assertThat(image.contentHash()).hasSize(64);
    assertThat(others).extracting(ProgramImage::contentHash).doesNotContain(image.contentHash());
    assertThat(ProgramImage.ofText(ProgramFormat.CUDA_C, "x", List.of(), List.of("-a")))
        .isEqualTo(image)
        .extracting(ProgramImage::contentHash)
        .isEqualTo(image.contentHash());
  }

  @Test
  void findsKernelsByName() {
    ProgramImage image = ProgramImage.ofText(ProgramFormat.CUDA_C, "x", List.of(KERNEL), List.of());

    assertThat(image.kernel("f")).isEqualTo(KERNEL);
    assertThatThrownBy(() -> image.kernel("g"))
        .isInstanceOf(DeviceException.class)
        .hasMessageContaining("no kernel 'g'; it has [f]");
  }

  @Test
  void refusesTwoKernelsOfOneName() {
    assertThatThrownBy(
            () ->
                ProgramImage.ofText(ProgramFormat.CUDA_C, "x", List.of(KERNEL, KERNEL), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'f' twice");
  }

  @Test
  void aBinaryHasNoText() {
    ProgramImage image =
        new ProgramImage(ProgramFormat.CUBIN, "sm_80", new byte[4], List.of(), List.of());

    assertThatThrownBy(image::text).isInstanceOf(IllegalStateException.class);
  }
}
