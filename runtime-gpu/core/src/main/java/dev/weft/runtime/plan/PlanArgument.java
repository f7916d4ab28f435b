package dev.weft.runtime.plan;

import dev.weft.base.IntExpr;

/** What a launch passes for one kernel parameter. */
public sealed interface PlanArgument {
  /** A buffer, by name. */
  record Buffer(String name) implements PlanArgument {
    @Override
    public String toString() {
      return name;
    }
  }

  /** An integer, computed from sizes. */
  record Size(IntExpr value) implements PlanArgument {
    @Override
    public String toString() {
      return value.toString();
    }
  }

  /** A floating-point constant. */
  record Real(double value) implements PlanArgument {
    @Override
    public String toString() {
      return Double.toString(value);
    }
  }
}
