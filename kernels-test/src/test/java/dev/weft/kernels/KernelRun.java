package dev.weft.kernels;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.base.Tolerance;
import dev.weft.codegen.cuda.CudaCodegen;
import dev.weft.codegen.opencl.OpenClCodegen;
import dev.weft.compiler.simt.SimtBackend;
import dev.weft.lowering.GeneratedProgram;
import dev.weft.lowering.KernelPlan;
import dev.weft.lowering.Launch;
import dev.weft.lowering.LaunchArgument;
import dev.weft.lowering.Lowering;
import dev.weft.lowering.Workspace;
import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceBuffer;
import dev.weft.runtime.DeviceQueue;
import dev.weft.runtime.KernelArgument;
import dev.weft.runtime.LoadedProgram;
import dev.weft.runtime.QueueMode;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Var;
import dev.weft.tir.interp.Interpreter;
import dev.weft.tir.target.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Runs a scheduled function on an OpenCL or CUDA device, or the kernels that it becomes for one on
 * the SIMT interpreter, and compares every buffer with what the reference interpreter computes from
 * the function as it was before scheduling.
 */
final class KernelRun {
  private KernelRun() {}

  /**
   * Runs and compares.
   *
   * @param reference the function before scheduling
   * @param scheduled the same function, scheduled
   * @param sizes values of symbolic dimensions
   * @param terms the number of terms that an element is a sum of
   * @return what differs, one line an element, at most 5; empty if nothing does
   */
  static List<String> differences(
      Device device,
      PrimFunc reference,
      PrimFunc scheduled,
      Target target,
      Map<String, Long> sizes,
      long terms,
      long seed) {
    List<Tensor> expected = inputs(reference, sizes, seed);
    List<Tensor> actual = expected.stream().map(Tensor::copy).toList();
    Interpreter.run(reference, expected);
    run(device, scheduled, target, sizes, actual);
    List<String> result = new ArrayList<>();
    for (int t = 0; t < expected.size(); t++) {
      Tensor e = expected.get(t);
      Tensor a = actual.get(t);
      double magnitude = 0;
      for (long i = 0; i < e.elements(); i++) {
        magnitude = Math.max(magnitude, Math.abs(e.getDouble(i)));
      }
      Tolerance tolerance = Tolerance.of(e.dtype(), terms, magnitude);
      for (long i = 0; i < e.elements() && result.size() < 5; i++) {
        if (!tolerance.accepts(a.getDouble(i), e.getDouble(i))) {
          result.add(
              "buffer " + t + "[" + i + "]: " + a.getDouble(i) + ", expected " + e.getDouble(i));
        }
      }
    }
    expected.forEach(Tensor::close);
    actual.forEach(Tensor::close);
    return result;
  }

  private static List<Tensor> inputs(PrimFunc function, Map<String, Long> sizes, long seed) {
    Random random = new Random(seed);
    List<Tensor> tensors = new ArrayList<>();
    for (Buffer buffer : function.paramBuffers()) {
      long[] shape = buffer.shape().stream().mapToLong(dim -> size(dim, sizes)).toArray();
      Tensor tensor = Tensor.allocate(buffer.dtype(), shape);
      for (long i = 0; i < tensor.elements(); i++) {
        if (buffer.dtype().isFloat()) {
          tensor.setDouble(i, random.nextDouble() * 2 - 1);
        } else {
          tensor.setLong(i, buffer.dtype().isBool() ? random.nextInt(2) : random.nextInt(20) - 5);
        }
      }
      tensors.add(tensor);
    }
    return tensors;
  }

  private static long size(Expr dim, Map<String, Long> sizes) {
    if (dim instanceof Expr.IntImm(DType dtype, long value)) {
      return value;
    }
    if (dim instanceof Var v && sizes.containsKey(v.name())) {
      return sizes.get(v.name());
    }
    throw new IllegalArgumentException("no value for the dimension " + dim);
  }

  private static void run(
      Device device,
      PrimFunc scheduled,
      Target target,
      Map<String, Long> sizes,
      List<Tensor> tensors) {
    KernelPlan plan = Lowering.lower(scheduled, target);
    GeneratedProgram generated =
        switch (device.info().backend()) {
          case "simt" -> new SimtBackend().generate(List.of(plan), target);
          case "cuda" -> CudaCodegen.generate(List.of(plan), target);
          default -> OpenClCodegen.generate(List.of(plan), target);
        };
    List<DeviceBuffer> buffers = new ArrayList<>();
    List<DeviceBuffer> workspaces = new ArrayList<>();
    try (LoadedProgram program = device.load(generated.image());
        DeviceQueue queue = device.queue(QueueMode.IN_ORDER)) {
      for (Tensor tensor : tensors) {
        DeviceBuffer buffer = device.allocate(tensor.bytes());
        buffer.write(0, tensor.data());
        buffers.add(buffer);
      }
      for (Workspace workspace : plan.workspaces()) {
        workspaces.add(device.allocate(workspace.bytes().evaluate(sizes)));
      }
      for (Launch launch : plan.launches()) {
        List<KernelArgument> arguments = new ArrayList<>();
        for (LaunchArgument argument : launch.arguments()) {
          arguments.add(
              switch (argument) {
                case LaunchArgument.FunctionBuffer(int index) ->
                    KernelArgument.of(buffers.get(index));
                case LaunchArgument.WorkspaceBuffer(int index) ->
                    KernelArgument.of(workspaces.get(index));
                case LaunchArgument.Size(var value) -> KernelArgument.of(value.evaluate(sizes));
              });
        }
        queue.launch(
            program.kernel(generated.kernelName(launch.kernel())),
            launch.geometry().evaluate(sizes),
            arguments);
      }
      queue.finish();
      for (int i = 0; i < buffers.size(); i++) {
        buffers.get(i).read(0, tensors.get(i).data());
      }
    } finally {
      buffers.forEach(DeviceBuffer::close);
      workspaces.forEach(DeviceBuffer::close);
    }
  }
}
