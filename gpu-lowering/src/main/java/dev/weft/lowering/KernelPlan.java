package dev.weft.lowering;

import dev.weft.tir.PrimFunc;
import java.util.List;

/**
 * What a scheduled function became: kernels to launch, one after the other.
 *
 * <p>Sizes in it are expressions over the names of the function's symbolic dimensions and scalar
 * parameters.
 *
 * @param name the function's name
 * @param function the function before lowering; its parameters are what the arguments refer to
 * @param launches the launches, in order; each sees what the ones before wrote
 * @param workspaces global memory that the launches hand results on in
 */
public record KernelPlan(
    String name, PrimFunc function, List<Launch> launches, List<Workspace> workspaces) {
  /** Copies the lists. */
  public KernelPlan {
    launches = List.copyOf(launches);
    workspaces = List.copyOf(workspaces);
  }
}
