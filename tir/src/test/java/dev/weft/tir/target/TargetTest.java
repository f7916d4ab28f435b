package dev.weft.tir.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.DType;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "opencl",
        "opencl:cpu",
        "opencl:cpu -cores=8",
        "opencl -device=cpu -max-threads=1024 -block=1024,512,8 -shared=2097152 -warp=64",
        "opencl -storage=int32,float16,float32 -arithmetic=int32,float32 -features=subgroups",
        "opencl -features=subgroups,int8-dot",
        "cuda:sm_90a",
        "cuda:sm_61 -cores=10 -features=",
        "vulkan",
        "jvm",
        "c",
        "interpreter",
        "simt"
      })
  void textFormRoundTrips(String text) {
    Target target = Target.parse(text);
    assertThat(target.toString()).isEqualTo(text);
    assertThat(Target.parse(target.toString())).isEqualTo(target);
  }

  @Test
  void storageAndArithmeticAreSeparate() {
    Capabilities table = Target.opencl().capabilities();
    assertThat(table.stores(DType.FLOAT16)).isTrue();
    assertThat(table.computes(DType.FLOAT16)).isFalse();
    assertThat(table.stores(DType.BFLOAT16)).isFalse();
    assertThatThrownBy(() -> new Capabilities(Set.of(), Set.of(DType.INT8), Set.of()))
        .hasMessageContaining("needs storage");
  }

  @Test
  void cudaArchitecturesDiffer() {
    assertThat(Target.parse("cuda").arch()).isEqualTo("sm_80");
    assertThat(Target.parse("cuda:sm_90a").capabilities().has(Feature.WARP_GROUP_MMA)).isTrue();
    assertThat(Target.parse("cuda:sm_90").capabilities().has(Feature.WARP_GROUP_MMA)).isFalse();
    assertThat(Target.parse("cuda:sm_75").capabilities().has(Feature.ASYNC_COPY)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"metal", "cuda:sm_20", "cuda:hopper", "opencl:gpu", "opencl cores=2", "c -x=1"})
  void refusesWhatItDoesNotKnow(String text) {
    assertThatThrownBy(() -> Target.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void vectorLanesFollowTheWidth() {
    assertThat(Target.openclCpu().vectorLanes(DType.FLOAT32)).isEqualTo(8);
    assertThat(Target.opencl().vectorLanes(DType.FLOAT64)).isEqualTo(2);
  }
}
