package dev.weft.lowering.simt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.lowering.Lowering;
import dev.weft.lowering.PipelinedFunctions;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In a lowered asynchronous pipeline nothing is superfluous: not a barrier, wait or commit. */
class SimtPipelineMutationTest {
  private static final Target TARGET = Target.parse("simt");

  private static String kernel(String stages) {
    String annotations = PipelinedFunctions.stages(stages, "[0, 1, 2]", "[0]");
    PrimFunc function = PipelinedFunctions.loop(annotations, 8);
    return TvmScript.print(Lowering.lower(function, TARGET).launches().getFirst().kernel());
  }

  private static SimtReport run(String kernel) {
    Tensor[] tensors = {
      Tensor.allocate(DType.FLOAT32, 8, 128),
      Tensor.allocate(DType.FLOAT32, 8, 128),
      Tensor.allocate(DType.FLOAT32, 128)
    };
    for (int t = 0; t < 2; t++) {
      for (int i = 0; i < 1024; i++) {
        tensors[t].setDouble(i, i % 13 - t);
      }
    }
    return SimtRun.run(TvmScript.parseFunction(kernel), tensors);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[0, 0, 1]", "[0, 0, 2]"})
  void everySynchronisationIsNeeded(String stages) {
    String kernel = kernel(stages);
    assertThat(run(kernel).findings()).isEmpty();
    for (String what : List.of("T.tvm_storage_sync", "T.ptx_wait_group", "T.ptx_commit_group")) {
      List<Integer> places = new ArrayList<>();
      for (int at = kernel.indexOf(what); at >= 0; at = kernel.indexOf(what, at + 1)) {
        places.add(at);
      }
      assertThat(places).as(what).isNotEmpty();
      for (int at : places) {
        String mutant =
            kernel.substring(0, at) + "T.evaluate(0)" + kernel.substring(kernel.indexOf('\n', at));
        assertThat(run(mutant).findings()).as(mutant).isNotEmpty();
      }
    }
  }
}
