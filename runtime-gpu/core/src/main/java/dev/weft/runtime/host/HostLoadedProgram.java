package dev.weft.runtime.host;

import dev.weft.runtime.DeviceKernel;
import dev.weft.runtime.KernelResources;
import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.LoadedProgram;
import dev.weft.runtime.NativeHandles;
import dev.weft.runtime.ProgramImage;

/** A program in this process. */
final class HostLoadedProgram implements LoadedProgram {
  private final ProgramImage image;
  private final HostProgram program;
  private final NativeHandles.Handle handle;

  HostLoadedProgram(HostDevice device, ProgramImage image, HostProgram program) {
    this.image = image;
    this.program = program;
    this.handle = device.handles().register(this, "a program", program::close);
  }

  /** A kernel with the program that runs it. */
  record Kernel(HostLoadedProgram owner, KernelSpec spec) implements DeviceKernel {
    @Override
    public KernelResources resources() {
      return KernelResources.UNKNOWN;
    }
  }

  HostProgram program() {
    return program;
  }

  NativeHandles.Handle.Use use() {
    return handle.use();
  }

  @Override
  public ProgramImage image() {
    return image;
  }

  @Override
  public DeviceKernel kernel(String name) {
    return new Kernel(this, image.kernel(name));
  }

  @Override
  public boolean fromCache() {
    return false;
  }

  @Override
  public String buildLog() {
    return "";
  }

  @Override
  public void close() {
    handle.close();
  }
}
