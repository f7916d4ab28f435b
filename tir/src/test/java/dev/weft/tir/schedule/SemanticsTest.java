package dev.weft.tir.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.base.Tensor;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.interp.Interpreter;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.te.ReduceAxis;
import dev.weft.tir.te.Te;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random sequences of primitives on random functions: whatever is accepted changes no output. */
final class SemanticsTest {
  private static final int STEPS = 9;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void acceptedStepsKeepTheOutput(int group) {
    int accepted = 0;
    for (int i = 0; i < SEQUENCES; i++) {
      accepted += sequence(new Random(group * 1000L + i), "seed " + (group * 1000L + i));
    }
    assertThat(accepted).isGreaterThan(SEQUENCES);
  }

  private static final int SEQUENCES = Integer.getInteger("weft.fuzz.sequences", 40);

  private static int sequence(Random random, String seed) {
    PrimFunc function = function(random);
    int[] expected = output(function);
    Schedule schedule = Schedule.of(function);
    int accepted = 0;
    for (int step = 0; step < STEPS; step++) {
      PrimFunc before = schedule.function();
      String tried = null;
      try {
        tried = RandomSteps.apply(schedule, random);
      } catch (ScheduleException e) {
        assertThat(schedule.function()).as(seed).isSameAs(before);
        continue;
      }
      if (tried != null) {
        accepted++;
        int[] found = output(schedule.function());
        assertThat(found)
            .as(
                "%s, step %s: %s%n%s%nbecame%n%s",
                seed, step, tried, TvmScript.print(before), TvmScript.print(schedule.function()))
            .isEqualTo(expected);
      }
    }
    return accepted;
  }

  private static int[] output(PrimFunc function) {
    List<Object> args = new ArrayList<>();
    List<Buffer> params = function.paramBuffers();
    Tensor last = null;
    for (int p = 0; p < params.size(); p++) {
      long[] shape =
          params.get(p).shape().stream().mapToLong(d -> ((Expr.IntImm) d).value()).toArray();
      int size = 1;
      for (long dim : shape) {
        size = Math.toIntExact(size * dim);
      }
      int[] values = new int[size];
      boolean isOutput = p == params.size() - 1;
      for (int i = 0; i < size; i++) {
        values[i] = isOutput ? -77 : (i * 7 + p * 5) % 23 - 11;
      }
      last = Tensor.of(values, shape);
      args.add(last);
    }
    Interpreter.run(function, args);
    if (last == null) {
      throw new IllegalStateException("no parameter");
    }
    return last.data().toArray(ValueLayout.JAVA_INT);
  }

  /** Two or three stages: element-wise, stencil, transposition, contraction, row sum. */
  private static PrimFunc function(Random random) {
    int n = 1 + random.nextInt(9);
    int m = 2 + random.nextInt(8);
    dev.weft.tir.te.Tensor a = Te.placeholder("A", DType.INT32, n, m);
    dev.weft.tir.te.Tensor b = stage("B", a, random);
    dev.weft.tir.te.Tensor c = stage("C", b, random);
    if (random.nextBoolean()) {
      return Te.primFunc("main", a, c);
    }
    return Te.primFunc("main", a, stage("D", c, random));
  }

  private static dev.weft.tir.te.Tensor stage(
      String name, dev.weft.tir.te.Tensor in, Random random) {
    Expr rows = in.shape().get(0);
    Expr columns = in.shape().get(1);
    long width = ((Expr.IntImm) columns).value();
    switch (random.nextInt(5)) {
      case 0 -> {
        return Te.compute(
            name, List.of(columns, rows), x -> Expr.sub(in.at(x.get(1), x.get(0)), Expr.int32(3)));
      }
      case 1 -> {
        if (width > 2) {
          return Te.compute(
              name,
              List.of(rows, Expr.int32(width - 2)),
              x ->
                  Expr.add(
                      in.at(x.get(0), x.get(1)),
                      Expr.mul(in.at(x.get(0), Expr.add(x.get(1), 2)), Expr.int32(3))));
        }
      }
      case 2 -> {
        ReduceAxis k = Te.reduceAxis(columns, "k");
        return Te.reduce(
            name,
            List.of(rows, rows),
            x -> Te.sum(Expr.mul(in.at(x.get(0), k.var()), in.at(x.get(1), k.var())), k));
      }
      case 3 -> {
        ReduceAxis k = Te.reduceAxis(rows, "k");
        return Te.reduce(
            name,
            List.of(columns, Expr.int32(2)),
            x -> Te.max(Expr.add(in.at(k.var(), x.get(0)), x.get(1)), k));
      }
      default -> {}
    }
    return Te.compute(
        name,
        List.of(rows, columns),
        x -> Expr.add(Expr.mul(in.at(x.get(0), x.get(1)), Expr.int32(2)), Expr.int32(1)));
  }
}
