package dev.weft.graph;

/** The type of a graph expression. */
public sealed interface GraphType permits TensorType, TupleType, ShapeType {}
