package dev.weft.tir.script;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/** Python's arithmetic on plain numbers, which the text's constants are made of. */
final class PythonNumbers {
  private PythonNumbers() {}

  /** The result; null unless both are plain numbers and the operator is known. */
  static @Nullable Value operation(String operator, Value a, Value b) {
    if (a instanceof Value.PyString(String x) && b instanceof Value.PyString(String y)) {
      return switch (operator) {
        case "==" -> new Value.PyBool(x.equals(y));
        case "!=" -> new Value.PyBool(!x.equals(y));
        case "+" -> new Value.PyString(x + y);
        default -> null;
      };
    }
    BigInteger x = integer(a);
    BigInteger y = integer(b);
    if (x != null && y != null) {
      return integers(operator, x, y);
    }
    Double u = real(a);
    Double v = real(b);
    return u != null && v != null ? reals(operator, u, v) : null;
  }

  private static @Nullable BigInteger integer(Value value) {
    return switch (value) {
      case Value.PyInt(var number) -> number;
      case Value.PyBool(var truth) -> truth ? BigInteger.ONE : BigInteger.ZERO;
      default -> null;
    };
  }

  private static @Nullable Double real(Value value) {
    if (value instanceof Value.PyFloat(double number)) {
      return number;
    }
    BigInteger number = integer(value);
    return number == null ? null : number.doubleValue();
  }

  private static @Nullable Value integers(String operator, BigInteger x, BigInteger y) {
    return switch (operator) {
      case "+" -> new Value.PyInt(x.add(y));
      case "-" -> new Value.PyInt(x.subtract(y));
      case "*" -> new Value.PyInt(x.multiply(y));
      case "/" -> new Value.PyFloat(quotient(x, y));
      case "//" -> new Value.PyInt(x.subtract(floorMod(x, y)).divide(y));
      case "%" -> new Value.PyInt(floorMod(x, y));
      case "**" ->
          y.signum() >= 0
              ? new Value.PyInt(x.pow(y.intValueExact()))
              : new Value.PyFloat(Math.pow(x.doubleValue(), y.doubleValue()));
      case "<<" -> new Value.PyInt(x.shiftLeft(y.intValueExact()));
      case ">>" -> new Value.PyInt(x.shiftRight(y.intValueExact()));
      case "&" -> new Value.PyInt(x.and(y));
      case "|" -> new Value.PyInt(x.or(y));
      case "^" -> new Value.PyInt(x.xor(y));
      default -> comparison(operator, x.compareTo(y));
    };
  }

  private static double quotient(BigInteger x, BigInteger y) {
    if (y.signum() == 0) {
      throw new ArithmeticException("division by zero");
    }
    return new BigDecimal(x).doubleValue() / new BigDecimal(y).doubleValue();
  }

  private static BigInteger floorMod(BigInteger x, BigInteger y) {
    BigInteger mod = x.mod(y.abs());
    return y.signum() < 0 && mod.signum() != 0 ? mod.add(y) : mod;
  }

  private static @Nullable Value reals(String operator, double x, double y) {
    return switch (operator) {
      case "+" -> new Value.PyFloat(x + y);
      case "-" -> new Value.PyFloat(x - y);
      case "*" -> new Value.PyFloat(x * y);
      case "/" -> new Value.PyFloat(x / y);
      case "//" -> new Value.PyFloat(Math.floor(x / y));
      case "%" -> new Value.PyFloat(x - Math.floor(x / y) * y);
      case "**" -> new Value.PyFloat(Math.pow(x, y));
      case "==" -> new Value.PyBool(x == y);
      case "!=" -> new Value.PyBool(x != y);
      case "<" -> new Value.PyBool(x < y);
      case "<=" -> new Value.PyBool(x <= y);
      case ">" -> new Value.PyBool(x > y);
      case ">=" -> new Value.PyBool(x >= y);
      default -> null;
    };
  }

  private static @Nullable Value comparison(String operator, int order) {
    return switch (operator) {
      case "==" -> new Value.PyBool(order == 0);
      case "!=" -> new Value.PyBool(order != 0);
      case "<" -> new Value.PyBool(order < 0);
      case "<=" -> new Value.PyBool(order <= 0);
      case ">" -> new Value.PyBool(order > 0);
      case ">=" -> new Value.PyBool(order >= 0);
      default -> null;
    };
  }

  /** The result; null unless the operand is a plain number. */
  static @Nullable Value unary(String operator, Value value) {
    return switch (value) {
      case Value.PyFloat(double number) ->
          switch (operator) {
            case "-" -> new Value.PyFloat(-number);
            case "+" -> value;
            default -> null;
          };
      case Value.PyBool(boolean truth) when operator.equals("not") -> new Value.PyBool(!truth);
      default -> {
        BigInteger number = integer(value);
        yield number == null
            ? null
            : switch (operator) {
              case "-" -> new Value.PyInt(number.negate());
              case "+" -> new Value.PyInt(number);
              case "~" -> new Value.PyInt(number.not());
              default -> new Value.PyBool(number.signum() == 0);
            };
      }
    };
  }
}
