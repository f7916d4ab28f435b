package dev.weft.examples.ownoperator;

import dev.weft.Model;
import dev.weft.Weft;
import dev.weft.base.Tensor;
import dev.weft.frontend.CustomOperators;
import dev.weft.graph.custom.OperatorDefinition;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.te.Te;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;

/**
 * {@code Main MODEL DEVICE}: runs a model that has nodes of the operator {@code com.acme.Snake}.
 */
public final class Main {
  /** {@code x + sin²(alpha x) / alpha}, element by element; the result is of the operand's type. */
  private static final OperatorDefinition SNAKE =
      OperatorDefinition.expression(
          "snake",
          (operands, attributes) -> operands.get(0),
          (call, attributes) ->
              Te.compute(
                  "snake",
                  call.shape(),
                  i -> {
                    Expr x = call.at(0, i.list());
                    Expr alpha = Expr.imm(x.dtype(), attributes.number("alpha", 1));
                    Expr sine = Expr.Call.of(x.dtype(), Intrinsic.SIN, Expr.mul(alpha, x));
                    return Expr.add(x, Expr.div(Expr.mul(sine, sine), alpha));
                  }));

  private Main() {}

  public static void main(String[] args) {
    CustomOperators operators = CustomOperators.NONE.with("com.acme", "Snake", SNAKE);
    try (Model model = Weft.load(Path.of(args[0]), operators).compile(args[1]);
        Tensor x = Tensor.of(new float[] {-1, 0, 0.5f, 2}, 4)) {
      model
          .run(Map.of("x", x))
          .forEach((name, y) -> System.out.println(name + " = " + Arrays.toString(y.toFloats())));
    }
  }
}
