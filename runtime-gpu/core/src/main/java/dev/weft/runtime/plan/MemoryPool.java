package dev.weft.runtime.plan;

import dev.weft.base.IntExpr;

/**
 * Device memory that a plan lays its intermediates out in; it is kept from run to run.
 *
 * @param name unique in the plan
 * @param bytes the size, in terms of the sizes of the inputs
 */
public record MemoryPool(String name, IntExpr bytes) {}
