package dev.weft.lowering;

import dev.weft.base.IntExpr;

/** What a launch passes for one parameter of its kernel. */
public sealed interface LaunchArgument {
  /**
   * A buffer that the function was given.
   *
   * @param index its place among the function's parameter buffers ({@code PrimFunc.paramBuffers()})
   */
  record FunctionBuffer(int index) implements LaunchArgument {}

  /**
   * A workspace of the plan.
   *
   * @param index its place in {@link KernelPlan#workspaces}
   */
  record WorkspaceBuffer(int index) implements LaunchArgument {}

  /**
   * An integer.
   *
   * @param value over the function's symbolic dimensions and scalar parameters, by name
   */
  record Size(IntExpr value) implements LaunchArgument {}
}
