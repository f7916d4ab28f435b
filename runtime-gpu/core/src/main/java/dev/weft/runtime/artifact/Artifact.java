package dev.weft.runtime.artifact;

import dev.weft.base.InputException;
import dev.weft.runtime.Device;
import dev.weft.runtime.ProgramImage;
import dev.weft.runtime.plan.LaunchPlan;
import dev.weft.runtime.plan.PlanException;
import dev.weft.runtime.plan.Signature;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A compiled model: for each target what runs there, and the weights that all share. Written to and
 * read from one {@code .weft} file, see {@link #write}.
 */
public final class Artifact implements AutoCloseable {
  /** The file name extension. */
  public static final String EXTENSION = "weft";

  private final List<Variant> variants;
  private final Weights weights;
  private final Map<String, String> metadata;

  /**
   * The model for one target.
   *
   * @param target the target's text form; begins with the backend's name ({@code opencl}, {@code
   *     cuda:sm_90a})
   * @param programs the same kernels in several forms (source, binaries by architecture), the
   *     preferred first
   * @param plan what launches them
   */
  public record Variant(String target, List<ProgramImage> programs, LaunchPlan plan) {
    /**
     * Copies the list and checks that each program has what the plan launches.
     *
     * @throws PlanException if one hasn't
     */
    public Variant {
      programs = List.copyOf(programs);
      if (programs.isEmpty()) {
        throw new IllegalArgumentException("Variant for " + target + " needs a program");
      }
      programs.forEach(plan::checkAgainst);
    }

    private boolean isFor(String backend) {
      return target.equals(backend)
          || target.startsWith(backend + ":")
          || target.startsWith(backend + " ");
    }
  }

  /** What a device runs of an artifact. */
  public record Selection(ProgramImage program, LaunchPlan plan) {}

  /**
   * A new artifact, of which {@link #close} closes the weights.
   *
   * @param variants at least one; all take and give the same tensors
   * @param weights all constants of all plans
   * @param metadata what else is worth keeping: the model's name, the compiler's version
   */
  public Artifact(List<Variant> variants, Weights weights, Map<String, String> metadata) {
    this.variants = List.copyOf(variants);
    this.weights = weights;
    this.metadata = Map.copyOf(metadata);
    if (variants.isEmpty()) {
      throw new IllegalArgumentException("Artifact needs a variant");
    }
    for (Variant variant : variants) {
      if (!variant.plan().signature().equals(signature())) {
        throw new PlanException(
            "its inputs and outputs differ from those for " + this.variants.getFirst().target(),
            "target " + variant.target());
      }
      variant
          .plan()
          .constants()
          .forEach(
              constant -> {
                if (!weights.names().contains(constant.name())) {
                  throw new PlanException(
                      "there are no weights named '" + constant.name() + "'",
                      "target " + variant.target());
                }
              });
    }
  }

  /** The model for each target. */
  public List<Variant> variants() {
    return variants;
  }

  /** The constants; they belong to this object. */
  public Weights weights() {
    return weights;
  }

  /** What else is known of the model. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** What the model takes and gives. */
  public Signature signature() {
    return variants.getFirst().plan().signature();
  }

  /**
   * What a device runs: the first program that it can load, of its own backend's variants before
   * others.
   *
   * @throws InputException if there is none
   */
  public Selection select(Device device) {
    String backend = device.info().backend();
    Comparator<Variant> ownFirst = Comparator.comparing(variant -> !variant.isFor(backend));
    for (Variant variant : variants.stream().sorted(ownFirst).toList()) {
      Optional<ProgramImage> program =
          variant.programs().stream().filter(device::supports).findFirst();
      if (program.isPresent()) {
        return new Selection(program.get(), variant.plan());
      }
    }
    throw new InputException(
        "the model was compiled for " + variants.stream().map(Variant::target).toList(),
        device.info().name(),
        "compile it for " + backend + " too");
  }

  /**
   * Writes the artifact as one file: a ZIP without compression of {@code manifest.json}, a {@code
   * plan.json} and the programs of each variant, and {@code weights.safetensors}, whose tensors are
   * aligned to 64 bytes in the file. The same artifact gives the same bytes. An existing file is
   * replaced when the new one is complete.
   *
   * @throws InputException if the file can't be written
   */
  public void write(Path file) {
    ArtifactWriter.write(this, file);
  }

  /**
   * Reads an artifact; its weights stay mapped until {@link #close}.
   *
   * @throws InputException if the file can't be read or is no artifact
   */
  public static Artifact read(Path file) {
    return ArtifactReader.read(file);
  }

  /** Closes the weights. */
  @Override
  public void close() {
    weights.close();
  }
}
