package dev.weft.tir.schedule;

import dev.weft.tir.PrimFunc;

/**
 * A tensor intrinsic: what a piece of a program must look like ({@code description}) and what comes
 * in its place ({@code implementation}). It reaches a schedule as a value; nothing is registered
 * anywhere. Traces name it.
 *
 * @param name what traces call it
 * @param description a function whose body is one block: the computation that is replaced
 * @param implementation a function of the same parameters that computes the same
 */
public record TensorIntrin(String name, PrimFunc description, PrimFunc implementation) {}
