package dev.weft.graph;

/**
 * Gives the value of an expression a name.
 *
 * @param var the name
 * @param value an expression whose operands are atoms
 */
public record Binding(GraphVar var, GraphExpr value) {}
