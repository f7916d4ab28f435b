package dev.weft.graph.op;

import dev.weft.graph.GraphType;
import dev.weft.graph.TypeException;
import dev.weft.tir.te.Tensor;
import java.util.List;
import java.util.Map;

/**
 * An operator together with its attributes. The operators of the inventory are records, so two
 * calls of the same operator with the same attributes are told by {@code equals}; an application's
 * own operator implements this interface likewise.
 */
public interface Operator {
  /** The operator's name in lower case, as it appears in the text form and in kernel names. */
  String name();

  /** The attributes by name, in order; by default the components of the record. */
  default Map<String, Object> attributes() {
    return Attributes.of(this);
  }

  /** How the output's elements depend on the inputs'. */
  PatternKind kind();

  /**
   * The type of the result.
   *
   * @param args the operands' types
   * @throws TypeException if the operator does not take such operands
   */
  GraphType infer(List<GraphType> args);

  /**
   * The operator as tensor expressions.
   *
   * @param call the operands and sizes
   * @return the results; one unless the operator's type is a tuple
   */
  List<Tensor> compute(Lowering call);
}
