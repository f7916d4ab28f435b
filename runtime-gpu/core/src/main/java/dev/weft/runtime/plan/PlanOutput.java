package dev.weft.runtime.plan;

/**
 * A result of a plan.
 *
 * @param tensor the result's name for the caller, dtype and shape
 * @param buffer the buffer that holds it at the end of the plan
 */
public record PlanOutput(TensorSpec tensor, String buffer) {}
