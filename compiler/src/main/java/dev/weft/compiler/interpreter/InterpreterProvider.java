package dev.weft.compiler.interpreter;

import dev.weft.base.DType;
import dev.weft.runtime.Capabilities;
import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceClass;
import dev.weft.runtime.DeviceInfo;
import dev.weft.runtime.DeviceNotFoundException;
import dev.weft.runtime.DeviceProbe;
import dev.weft.runtime.DeviceProvider;
import dev.weft.runtime.ProgramFormat;
import dev.weft.runtime.host.HostDevice;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The reference interpreter as a device; it is there on every machine. */
public final class InterpreterProvider implements DeviceProvider {
  private static final Set<DType> DTYPES =
      Set.of(
          DType.FLOAT64,
          DType.FLOAT32,
          DType.FLOAT16,
          DType.BFLOAT16,
          DType.FLOAT8_E4M3,
          DType.FLOAT8_E5M2,
          DType.INT64,
          DType.INT32,
          DType.INT16,
          DType.INT8,
          DType.INT4,
          DType.UINT64,
          DType.UINT32,
          DType.UINT16,
          DType.UINT8,
          DType.UINT4,
          DType.BOOL);

  @Override
  public String name() {
    return "interpreter";
  }

  @Override
  public DeviceProbe probe() {
    return new DeviceProbe.Found(List.of(info()));
  }

  @Override
  public Device open(int index) {
    if (index != 0) {
      throw new DeviceNotFoundException(
          "there is one interpreter, no number " + index, name() + ":" + index, "use interpreter");
    }
    return new HostDevice(info(), InterpreterProgram::load);
  }

  private DeviceInfo info() {
    long memory = Runtime.getRuntime().maxMemory();
    Capabilities capabilities =
        new Capabilities(
            Set.of(ProgramFormat.TIR),
            DTYPES,
            DTYPES,
            Map.of(),
            1,
            List.of(1L, 1L, 1L),
            memory,
            1,
            1,
            0,
            memory,
            memory,
            1,
            true,
            false,
            Set.of());
    return new DeviceInfo(
        name(),
        0,
        DeviceClass.INTERPRETER,
        "Weft reference interpreter",
        "Weft",
        "Java " + Runtime.version().feature(),
        capabilities);
  }
}
