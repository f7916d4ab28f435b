package dev.weft.runtime.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.runtime.FakeDevices;
import dev.weft.runtime.KernelParam;
import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.ProgramImage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LaunchPlanTest {
  private static final IntExpr N = IntExpr.symbol("n");
  private static final TensorSpec X = new TensorSpec("x", DType.FLOAT32, new Shape(List.of(N)));
  private static final TensorSpec FLAG = new TensorSpec("flag", DType.BOOL, Shape.of(1));
  private static final MemoryPool POOL = new MemoryPool("pool", N.times(IntExpr.of(4)));

  private static Instruction.Allocate owned(String name, DType dtype, Shape shape) {
    return new Instruction.Allocate(new TensorSpec(name, dtype, shape), new Storage.Owned());
  }

  private static Instruction.Allocate owned(String name) {
    return owned(name, DType.FLOAT32, X.shape());
  }

  private static Instruction.Launch launch(String kernel, PlanArgument... arguments) {
    return new Instruction.Launch(
        kernel, List.of(arguments), LaunchGeometry.of(N.ceilDiv(64), IntExpr.of(64)));
  }

  private static PlanArgument buffer(String name) {
    return new PlanArgument.Buffer(name);
  }

  private static LaunchPlan plan(List<Instruction> body, PlanOutput... outputs) {
    return new LaunchPlan(List.of(X, FLAG), List.of(), List.of(POOL), body, List.of(outputs));
  }

  private static void assertRefused(String message, Instruction... body) {
    assertThatThrownBy(() -> plan(List.of(body)))
        .isInstanceOf(PlanException.class)
        .hasMessageContaining(message);
  }

  @Test
  void namesMustBeDefinedBeforeUse() {
    assertRefused(
        "instruction 0 (Launch) of 'f': there is no buffer 'y' here, only [x, flag]",
        launch("f", buffer("y")));
    assertRefused(
        "the size 'm' is not known here", launch("f", new PlanArgument.Size(IntExpr.symbol("m"))));
    assertRefused("there is no buffer 'y'", new Instruction.Free("y"));
    assertRefused("'y' is defined twice", owned("y"), owned("y"));
    assertRefused(
        "the size 'n' is defined twice", new Instruction.ShapeCompute("n", HostValue.of(N)));
    assertRefused(
        "there is no buffer 'y'", owned("y"), new Instruction.Free("y"), launch("f", buffer("y")));
  }

  @Test
  void poolsAreCheckedToo() {
    TensorSpec y = new TensorSpec("y", DType.FLOAT32, X.shape());
    assertRefused(
        "there is no pool 'other'",
        new Instruction.Allocate(y, new Storage.Pooled("other", IntExpr.of(0))));
    assertRefused(
        "the offset 4 is no multiple of 512",
        new Instruction.Allocate(y, new Storage.Pooled("pool", IntExpr.of(4))));
  }

  @Test
  void inputsAreReadOnly() {
    assertRefused("not freed", new Instruction.Free("x"));
    assertRefused(
        "'x' may only be read",
        owned("y"),
        new Instruction.Copy("y", IntExpr.of(0), "x", IntExpr.of(0), IntExpr.of(4)));
  }

  @Test
  void aSizeIsReadFromIntegersOnly() {
    assertRefused(
        "'x' is float32, not an integer or bool",
        new Instruction.ShapeCompute("k", HostValue.scalarOf("x")));
  }

  @Test
  void whatBothArmsDefineIsDefinedAfterTheBranch() {
    HostValue flag = HostValue.scalarOf("flag");
    Instruction.Branch branch =
        new Instruction.Branch(
            flag, List.of(owned("y"), owned("only")), List.of(owned("other"), owned("y")));

    assertThat(plan(List.of(branch, launch("f", buffer("y")))).body()).hasSize(2);
    assertThat(branch.definedBuffers()).containsExactly("y");
    assertRefused("there is no buffer 'only'", branch, launch("f", buffer("only")));
    assertRefused(
        "'y' is float32 in one arm, int32 in the other",
        new Instruction.Branch(
            flag, List.of(owned("y")), List.of(owned("y", DType.INT32, X.shape()))));
  }

  @Test
  void whatALoopCarriesIsDefinedAfterIt() {
    Instruction.Loop loop =
        new Instruction.Loop(
            "i",
            IntExpr.of(3),
            HostValue.of(IntExpr.of(1)),
            List.of(
                new Carried.Buffer("state", "x", "next"),
                new Carried.Size("k", N, IntExpr.symbol("k").plus(IntExpr.symbol("i")))),
            List.of(owned("next"), launch("f", buffer("state"), buffer("next"))));

    LaunchPlan plan =
        plan(
            List.of(
                loop, launch("f", buffer("state"), new PlanArgument.Size(IntExpr.symbol("k")))));

    assertThat(plan.body()).hasSize(2);
    assertRefused("there is no buffer 'next'", loop, launch("f", buffer("next")));
    assertRefused(
        "'i' is not known here", loop, launch("f", new PlanArgument.Size(IntExpr.symbol("i"))));
  }

  @Test
  void aLoopMayNotFreeWhatIsDefinedOutside() {
    assertRefused(
        "the body frees 'y', which is defined outside",
        owned("y"),
        new Instruction.Loop(
            "i",
            IntExpr.of(3),
            HostValue.of(IntExpr.of(1)),
            List.of(),
            List.of(new Instruction.Free("y"))));
  }

  @Test
  void anExternalCallDefinesTheSizesOfItsResults() {
    Instruction.ExternalCall call =
        new Instruction.ExternalCall(
            "nonzero",
            List.of(X),
            List.of(new TensorSpec("hits", DType.INT64, new Shape(List.of(IntExpr.symbol("k"))))),
            Map.of());

    LaunchPlan plan =
        plan(List.of(call, owned("y", DType.FLOAT32, new Shape(List.of(IntExpr.symbol("k"))))));

    assertThat(plan.toString())
        .contains("call nonzero(x) -> [hits: int64[k]]")
        .contains("allocate y: float32[k] of its own");
  }

  @Test
  void outputsMustBeHeldByABufferOfTheirType() {
    assertThatThrownBy(
            () -> plan(List.of(), new PlanOutput(new TensorSpec("y", DType.INT32, X.shape()), "x")))
        .isInstanceOf(PlanException.class)
        .hasMessageContaining("output 'y': it is int32, its buffer float32");
    assertThatThrownBy(() -> plan(List.of(), new PlanOutput(X, "nothing")))
        .isInstanceOf(PlanException.class)
        .hasMessageContaining("there is no buffer 'nothing'");
  }

  @Test
  void constantsHaveStaticShapes() {
    assertThatThrownBy(
            () ->
                new LaunchPlan(
                    List.of(X),
                    List.of(new TensorSpec("w", DType.FLOAT32, X.shape())),
                    List.of(),
                    List.of(),
                    List.of()))
        .isInstanceOf(PlanException.class)
        .hasMessageContaining("constant 'w': the shape [n] is not static");
  }

  @Test
  void launchesAreCheckedAgainstTheProgram() {
    KernelSpec kernel =
        new KernelSpec(
            "f",
            List.of(
                new KernelParam.Buffer("a", DType.FLOAT32, KernelParam.Access.READ),
                new KernelParam.Scalar("n", DType.INT32)));
    ProgramImage program = FakeDevices.image(kernel);
    PlanArgument size = new PlanArgument.Size(N);

    plan(List.of(launch("f", buffer("x"), size))).checkAgainst(program);
    assertUnfit(program, "the program has no such kernel, only [f]", launch("g"));
    assertUnfit(program, "takes 2 arguments, got 1", launch("f", buffer("x")));
    assertUnfit(program, "the number n", launch("f", size, size));
    assertUnfit(program, "the buffer 'flag' of bool", launch("f", buffer("flag"), size));
    assertUnfit(program, "the number 1.5", launch("f", buffer("x"), new PlanArgument.Real(1.5)));
  }

  private static void assertUnfit(ProgramImage program, String why, Instruction launch) {
    LaunchPlan plan = plan(List.of(launch));
    assertThatThrownBy(() -> plan.checkAgainst(program))
        .isInstanceOf(PlanException.class)
        .hasMessageContaining(why);
  }
}
