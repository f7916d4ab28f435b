package dev.weft.runtime;

/** What the content of a {@link ProgramImage} is. */
public enum ProgramFormat {
  /** OpenCL C source, UTF-8. */
  OPENCL_C("cl", true),
  /** CUDA C source, UTF-8. */
  CUDA_C("cu", true),
  /** NVIDIA's virtual assembly, text. */
  PTX("ptx", true),
  /** An NVIDIA binary for one architecture. */
  CUBIN("cubin", false),
  /** A SPIR-V module, little-endian words. */
  SPIRV("spv", false),
  /** A Java class file with one static method a kernel. */
  JVM_CLASS("class", false),
  /** TVMScript, for the interpreters. */
  TIR("py", true);

  private final String extension;
  private final boolean text;

  ProgramFormat(String extension, boolean text) {
    this.extension = extension;
    this.text = text;
  }

  /** The usual file name extension, without the dot. */
  public String extension() {
    return extension;
  }

  /** Whether the content is UTF-8 text. */
  public boolean isText() {
    return text;
  }
}
