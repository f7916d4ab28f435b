package dev.weft.graph;

import dev.weft.base.WeftException;

/** An operator does not take such operands; the message names the operator and the operand. */
public class TypeException extends WeftException {
  private static final long serialVersionUID = 1L;

  /**
   * @param what what is wrong with which operand
   * @param operator the operator, or the graph node
   */
  public TypeException(String what, String operator) {
    super(what, operator, "");
  }

  private TypeException(TypeException cause, String node) {
    super(cause.what(), node + " (" + cause.where() + ")", cause.remedy(), cause);
  }

  /** The same error, which names the node of the model too. */
  public TypeException at(String node) {
    return new TypeException(this, node);
  }
}
