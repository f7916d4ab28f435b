package dev.weft.lowering.simt;

import dev.weft.tir.Var;
import dev.weft.tir.interp.ScalarScope;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where values are while a kernel runs: variables, constants, and results on their way up an
 * expression. A result at some depth is dead once another one at that depth is computed.
 */
final class Values {
  private record Place(int depth, int lanes) {}

  private record Constant(long value, int lanes) {}

  private final Machine machine;
  private final Map<Place, long[]> ints = new HashMap<>();
  private final Map<Place, double[]> floats = new HashMap<>();
  private final Map<Constant, long[]> intConstants = new HashMap<>();
  private final Map<Constant, double[]> floatConstants = new HashMap<>();
  private final Map<Var, ScalarScope.Cell> uniform = new HashMap<>();
  private final Map<Var, long[]> intVars = new HashMap<>();
  private final Map<Var, double[]> floatVars = new HashMap<>();

  Values(Machine machine) {
    this.machine = machine;
  }

  /** The array for an integer result. */
  long[] ints(int depth, int lanes) {
    return ints.computeIfAbsent(
        new Place(depth, lanes), place -> new long[lanes * machine.threads]);
  }

  /** The array for a floating-point result. */
  double[] floats(int depth, int lanes) {
    return floats.computeIfAbsent(
        new Place(depth, lanes), place -> new double[lanes * machine.threads]);
  }

  /** An array that always holds one number. */
  long[] constant(long value, int lanes) {
    return intConstants.computeIfAbsent(
        new Constant(value, lanes),
        key -> {
          long[] filled = new long[lanes * machine.threads];
          Arrays.fill(filled, value);
          return filled;
        });
  }

  /** An array that always holds one number. */
  double[] constant(double value, int lanes) {
    return floatConstants.computeIfAbsent(
        new Constant(Double.doubleToRawLongBits(value), lanes),
        key -> {
          double[] filled = new double[lanes * machine.threads];
          Arrays.fill(filled, value);
          return filled;
        });
  }

  /** Makes a variable that is the same for all threads. */
  ScalarScope.Cell defineUniform(Var v) {
    ScalarScope.Cell cell = machine.uniform.cell(v);
    uniform.put(v, cell);
    return cell;
  }

  /** Makes a variable of each thread. */
  long[] defineInts(Var v) {
    return intVars.computeIfAbsent(v, key -> new long[v.dtype().lanes() * machine.threads]);
  }

  /** Makes a variable of each thread. */
  double[] defineFloats(Var v) {
    return floatVars.computeIfAbsent(v, key -> new double[v.dtype().lanes() * machine.threads]);
  }

  boolean isUniform(Var v) {
    return uniform.containsKey(v);
  }

  long @Nullable [] findInts(Var v) {
    return intVars.get(v);
  }

  double @Nullable [] findFloats(Var v) {
    return floatVars.get(v);
  }
}
