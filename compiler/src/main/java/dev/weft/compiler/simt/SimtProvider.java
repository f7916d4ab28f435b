package dev.weft.compiler.simt;

import dev.weft.runtime.Capabilities;
import dev.weft.runtime.Device;
import dev.weft.runtime.DeviceClass;
import dev.weft.runtime.DeviceInfo;
import dev.weft.runtime.DeviceNotFoundException;
import dev.weft.runtime.DeviceProbe;
import dev.weft.runtime.DeviceProvider;
import dev.weft.runtime.ProgramFormat;
import dev.weft.runtime.host.HostDevice;
import dev.weft.tir.target.Limits;
import dev.weft.tir.target.Target;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The SIMT interpreter as a device; it is there on every machine. */
public final class SimtProvider implements DeviceProvider {
  /** What a buffer's view may begin at a multiple of, as CUDA has it. */
  private static final int ALIGNMENT = 256;

  @Override
  public String name() {
    return "simt";
  }

  @Override
  public DeviceProbe probe() {
    return new DeviceProbe.Found(List.of(info()));
  }

  @Override
  public Device open(int index) {
    if (index != 0) {
      throw new DeviceNotFoundException(
          "there is one SIMT interpreter, no number " + index, name() + ":" + index, "use simt");
    }
    int warpSize = target().limits().warpSize();
    return new HostDevice(info(), image -> SimtProgram.load(image, warpSize));
  }

  /** What code is compiled for this device. */
  public static Target target() {
    return Target.parse("simt");
  }

  private DeviceInfo info() {
    long memory = Runtime.getRuntime().maxMemory();
    Target target = target();
    Limits limits = target.limits();
    Capabilities capabilities =
        new Capabilities(
            Set.of(ProgramFormat.TIR),
            target.capabilities().storage(),
            target.capabilities().arithmetic(),
            Map.of(),
            limits.maxThreads(),
            List.of(
                (long) limits.maxThreadsX(),
                (long) limits.maxThreadsY(),
                (long) limits.maxThreadsZ()),
            limits.sharedBytes(),
            limits.warpSize(),
            limits.cores(),
            0,
            memory,
            memory,
            ALIGNMENT,
            true,
            false,
            Set.of());
    return new DeviceInfo(
        name(),
        0,
        DeviceClass.INTERPRETER,
        "Weft SIMT interpreter",
        "Weft",
        "Java " + Runtime.version().feature(),
        capabilities);
  }
}
