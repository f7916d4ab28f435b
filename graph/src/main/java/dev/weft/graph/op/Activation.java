package dev.weft.graph.op;

import dev.weft.base.DType;
import dev.weft.graph.TensorType;
import dev.weft.graph.TypeException;
import dev.weft.tir.Expr;
import java.util.List;

/** The activation functions that have attributes; worked out in float32 for narrower floats. */
public sealed interface Activation extends Pointwise {
  /** The function's value for a number of at least 32 bits. */
  Expr formula(Expr x);

  @Override
  default int arity() {
    return 1;
  }

  @Override
  default DType resultDtype(List<TensorType> operands) {
    DType dtype = operands.get(0).dtype();
    if (!dtype.isFloat()) {
      throw new TypeException("the operand must be floating-point, got " + dtype, name());
    }
    return dtype;
  }

  @Override
  default Expr apply(List<Expr> elements) {
    return Maths.wide(elements.get(0), this::formula);
  }

  private static Expr choose(Expr x, Expr ifPositive, Expr otherwise) {
    return new Expr.Select(Expr.gt(x, Maths.number(x, 0)), ifPositive, otherwise);
  }

  private static Expr scaled(Expr x, double factor) {
    return factor == 1 ? x : Expr.mul(x, Maths.number(x, factor));
  }

  private static Expr expMinusOne(Expr x) {
    // Of the negative part only, so that the value that is not chosen can't overflow.
    Expr negative = Expr.min(x, Maths.number(x, 0));
    return Expr.sub(Maths.exp(negative), Maths.number(x, 1));
  }

  /** {@code x} where it is at least 0, {@code alpha * x} elsewhere. */
  record LeakyRelu(double alpha) implements Activation {
    @Override
    public String name() {
      return "leaky_relu";
    }

    @Override
    public Expr formula(Expr x) {
      return choose(x, x, scaled(x, alpha));
    }
  }

  /** {@code x} where it is positive, {@code alpha * (exp(x) - 1)} elsewhere. */
  record Elu(double alpha) implements Activation {
    @Override
    public String name() {
      return "elu";
    }

    @Override
    public Expr formula(Expr x) {
      return choose(x, x, scaled(expMinusOne(x), alpha));
    }
  }

  /** {@code gamma * elu(x)} with {@code alpha}. */
  record Selu(double alpha, double gamma) implements Activation {
    @Override
    public String name() {
      return "selu";
    }

    @Override
    public Expr formula(Expr x) {
      return scaled(choose(x, x, scaled(expMinusOne(x), alpha)), gamma);
    }
  }

  /** {@code max(0, x) + min(0, alpha * (exp(x / alpha) - 1))}. */
  record Celu(double alpha) implements Activation {
    @Override
    public String name() {
      return "celu";
    }

    @Override
    public Expr formula(Expr x) {
      return choose(x, x, scaled(expMinusOne(Expr.div(x, Maths.number(x, alpha))), alpha));
    }
  }

  /** {@code max(0, min(1, alpha * x + beta))}. */
  record HardSigmoid(double alpha, double beta) implements Activation {
    @Override
    public String name() {
      return "hard_sigmoid";
    }

    @Override
    public Expr formula(Expr x) {
      Expr line = Expr.add(scaled(x, alpha), Maths.number(x, beta));
      return Expr.max(Maths.number(x, 0), Expr.min(Maths.number(x, 1), line));
    }
  }

  /** {@code x} where it is greater than alpha, 0 elsewhere. */
  record ThresholdedRelu(double alpha) implements Activation {
    @Override
    public String name() {
      return "thresholded_relu";
    }

    @Override
    public Expr formula(Expr x) {
      return new Expr.Select(Expr.gt(x, Maths.number(x, alpha)), x, Maths.number(x, 0));
    }
  }

  /** {@code x * sigmoid(alpha * x)}. */
  record Swish(double alpha) implements Activation {
    @Override
    public String name() {
      return "swish";
    }

    @Override
    public Expr formula(Expr x) {
      return Expr.mul(x, Maths.sigmoid(scaled(x, alpha)));
    }
  }

  /** {@code x + bias} below {@code -lambda}, {@code x - bias} above {@code lambda}, else 0. */
  record Shrink(double lambda, double bias) implements Activation {
    @Override
    public String name() {
      return "shrink";
    }

    @Override
    public Expr formula(Expr x) {
      Expr zero = Maths.number(x, 0);
      Expr above =
          new Expr.Select(
              Expr.gt(x, Maths.number(x, lambda)), Expr.sub(x, Maths.number(x, bias)), zero);
      return new Expr.Select(
          Expr.lt(x, Maths.number(x, -lambda)), Expr.add(x, Maths.number(x, bias)), above);
    }
  }
}
