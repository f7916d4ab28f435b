package dev.weft.lowering.pass;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * When the statements of a pipelined loop are carried out. In step {@code n} of the pipeline a
 * statement of stage {@code s} works on iteration {@code n - s}.
 *
 * @param stages the stage of each statement
 * @param order the place of each statement within a step
 * @param async the stages whose copies run beside the threads
 */
record PipelineSchedule(List<Integer> stages, List<Integer> order, Set<Integer> async) {
  /** Copies the collections. */
  PipelineSchedule {
    stages = List.copyOf(stages);
    order = List.copyOf(order);
    async = Set.copyOf(async);
  }

  int lastStage() {
    return stages.stream().mapToInt(stage -> stage).max().orElse(0);
  }

  /** The statements in the order of a step. */
  List<Integer> inOrder() {
    List<Integer> result = new ArrayList<>();
    for (int i = 0; i < order.size(); i++) {
      result.add(i);
    }
    result.sort(Comparator.comparingInt(order::get));
    return result;
  }

  /** Whether a statement is in front of another within a step. */
  boolean isBefore(int a, int b) {
    return order.get(a) < order.get(b);
  }

  boolean isAsync(int statement) {
    return async.contains(stages.get(statement));
  }

  /** Whether the copies of the statement's stage are committed after it. */
  boolean commitsAfter(int statement) {
    return isAsync(statement) && lastOf(stages.get(statement)) == statement;
  }

  /** The last statement of a stage within a step. */
  private int lastOf(int stage) {
    List<Integer> all = inOrder();
    for (int statement : all.reversed()) {
      if (stages.get(statement) == stage) {
        return statement;
      }
    }
    throw new IllegalArgumentException("no statement has stage " + stage);
  }

  /**
   * How many groups of copies may be under way in front of a step's statements when what the
   * asynchronous {@code stage} copied for {@code reader} must have arrived.
   *
   * @param step the step of the pipeline
   * @param iterations of the loop; groups of iterations beyond are not committed, empty ones of
   *     steps in front are
   */
  int groupsAllowed(int stage, int reader, long step, long iterations) {
    int writer = lastOf(stage);
    long needed = step - stages.get(reader) + stage;
    int later = 0;
    for (int other : async) {
      int commit = stages.contains(other) ? lastOf(other) : -1;
      for (long n = needed; commit >= 0 && n < step; n++) {
        boolean afterNeeded = n > needed || isBefore(writer, commit);
        boolean isCommitted = n - other < iterations;
        later += afterNeeded && isCommitted ? 1 : 0;
      }
    }
    return later;
  }
}
