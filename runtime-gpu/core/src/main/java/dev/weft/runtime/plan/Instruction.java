package dev.weft.runtime.plan;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One step of a {@link LaunchPlan}. Buffers and sizes are named; a name is defined before it is
 * used, once, and lives until the end of its block of instructions or its {@link Free}. What both
 * arms of a {@link Branch} define, with one dtype and rank, is defined after it; so is what a
 * {@link Loop} carries.
 */
public sealed interface Instruction {
  /** Makes a buffer; its content is unspecified. */
  record Allocate(TensorSpec tensor, Storage storage) implements Instruction {}

  /**
   * Launches a kernel.
   *
   * @param kernel its name in the program
   * @param arguments one a parameter, in order
   * @param geometry grid, block, dynamic shared memory; an empty grid launches nothing
   */
  record Launch(String kernel, List<PlanArgument> arguments, LaunchGeometry geometry)
      implements Instruction {
    /** Copies the list. */
    public Launch {
      arguments = List.copyOf(arguments);
    }
  }

  /** Copies bytes from one buffer to another. */
  record Copy(
      String source, IntExpr sourceOffset, String target, IntExpr targetOffset, IntExpr bytes)
      implements Instruction {}

  /** Defines a size. */
  record ShapeCompute(String size, HostValue value) implements Instruction {}

  /**
   * Ends the run with an error if a condition is 0.
   *
   * @param condition what must not be 0
   * @param otherwise what is wrong if it is
   * @param where the place in the model
   */
  record Check(IntExpr condition, String otherwise, String where) implements Instruction {}

  /**
   * Gives a buffer another name, and perhaps another shape of as many elements; nothing is copied.
   *
   * @param shape null for the source's
   */
  record Alias(String buffer, String source, @Nullable Shape shape) implements Instruction {
    /** The same tensor by another name. */
    public Alias(String buffer, String source) {
      this(buffer, source, null);
    }
  }

  /**
   * Begins a stack of slices, which become one tensor; it may be pushed to within loops and
   * branches.
   *
   * @param stack its name
   * @param dtype the slices' element type
   * @param expected how many slices there will be, a guess that saves copying; 0 for no idea
   */
  record BeginStack(String stack, DType dtype, IntExpr expected) implements Instruction {}

  /** Copies a tensor behind the slices of a stack; all have one shape. */
  record Push(String stack, String buffer) implements Instruction {}

  /**
   * Makes a stack a tensor, whose first dimension is the number of slices. A dimension that is a
   * size nobody has defined yet is defined by the tensor's shape.
   */
  record EndStack(String stack, TensorSpec result) implements Instruction {}

  /** Runs {@code then} if the condition is not 0, {@code otherwise} if it is. */
  record Branch(HostValue condition, List<Instruction> then, List<Instruction> otherwise)
      implements Instruction {
    /** Copies the lists. */
    public Branch {
      then = List.copyOf(then);
      otherwise = List.copyOf(otherwise);
    }

    /** The buffers that both arms define, and so the branch. */
    public Set<String> definedBuffers() {
      Set<String> names = Definitions.of(then).buffers();
      names.retainAll(Definitions.of(otherwise).buffers());
      return names;
    }

    /** The sizes that both arms define, and so the branch. */
    public Set<String> definedSizes() {
      Set<String> names = Definitions.of(then).sizes();
      names.retainAll(Definitions.of(otherwise).sizes());
      return names;
    }
  }

  /**
   * Runs a body while {@code index < trips} and {@code condition} holds. The condition is looked at
   * before each iteration and may use what is carried.
   *
   * @param index the size that counts the iterations from 0, visible in condition and body
   * @param trips the number of iterations at most
   * @param condition what must not be 0; {@code HostValue.of(IntExpr.of(1))} for a counted loop
   * @param carried what goes from iteration to iteration
   * @param body the instructions
   */
  record Loop(
      String index,
      IntExpr trips,
      HostValue condition,
      List<Carried> carried,
      List<Instruction> body)
      implements Instruction {
    /** Copies the lists. */
    public Loop {
      carried = List.copyOf(carried);
      body = List.copyOf(body);
    }
  }

  /**
   * Calls a function that the application registered, with host tensors.
   *
   * @param function its name
   * @param inputs buffers, in order, with the shapes that the function sees, of as many elements
   * @param outputs the buffers that the call defines, in order; a dimension that is a size nobody
   *     has defined yet is defined by the result's shape
   * @param attributes what else the function is told
   */
  record ExternalCall(
      String function,
      List<TensorSpec> inputs,
      List<TensorSpec> outputs,
      Map<String, String> attributes)
      implements Instruction {
    /** Copies the collections. */
    public ExternalCall {
      inputs = List.copyOf(inputs);
      outputs = List.copyOf(outputs);
      attributes = Map.copyOf(attributes);
    }
  }

  /** Ends a buffer's life; memory of its own goes back to the device. */
  record Free(String buffer) implements Instruction {}
}
