package dev.weft.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.ImportedModel;
import dev.weft.Weft;
import dev.weft.base.InputException;
import dev.weft.base.Tensor;
import dev.weft.compiler.Compilation;
import dev.weft.compiler.CompileOptions;
import dev.weft.compiler.CompileTrace;
import dev.weft.compiler.DeviceTargets;
import dev.weft.runtime.CompiledProgram;
import dev.weft.runtime.DeviceProbe;
import dev.weft.runtime.Devices;
import dev.weft.runtime.ProgramCompiler;
import dev.weft.runtime.ProgramCompilers;
import dev.weft.runtime.ProgramFormat;
import dev.weft.runtime.ProgramImage;
import dev.weft.runtime.artifact.Artifact;
import dev.weft.runtime.artifact.Weights;
import dev.weft.tir.script.TvmScript;
import dev.weft.tir.target.Target;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weft compile}: compiles ahead of time. */
@Command(
    name = "compile",
    description = "Compiles a model ahead of time, with or without such a device present.",
    sortOptions = false,
    footer = {
      "",
      "Examples:",
      "  weft compile model.onnx -o model.weft --target opencl",
      "  weft compile model.onnx --target opencl:cpu --emit opencl out --dump out/passes",
      "  weft compile model.onnx -o model.weft --target cuda:sm_90a -v"
    })
final class CompileCommand extends Action {
  @Parameters(index = "0", paramLabel = "MODEL", description = "The model, an .onnx file.")
  private Path file = Path.of("");

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT.weft",
      description = "Write the compiled model.")
  private @Nullable Path output;

  @Option(
      names = "--target",
      paramLabel = "TARGET",
      description = {
        "What to compile for: opencl, opencl:cpu, interpreter, ...; may be given several times.",
        "Default: the best device's."
      })
  private List<String> targetTexts = new ArrayList<>();

  @Option(
      names = "--emit",
      arity = "2",
      paramLabel = "KIND DIR",
      hideParamSyntax = true,
      description =
          "Write generated code of KIND (tir, opencl, cuda, ptx, cubin, spirv, ...) to DIR.")
  private List<String> emit = new ArrayList<>();

  @Option(
      names = "--dump",
      paramLabel = "DIR",
      description = "Write the IR after every pass: graphs as text, functions as TVMScript.")
  private @Nullable Path dump;

  @Mixin private final PassOptions passes = new PassOptions();

  CompileCommand(Console console) {
    super(console);
  }

  @Override
  boolean run(ObjectNode figures) {
    CompileOptions options = passes.with(CompileTrace.NONE);
    if (output == null && emit.isEmpty() && dump == null) {
      throw usage("say what to write: -o OUT.weft, --emit KIND DIR or --dump DIR");
    }
    Map<String, EmitKind> kinds = new LinkedHashMap<>();
    for (int i = 0; i < emit.size(); i += 2) {
      String name = emit.get(i);
      EmitKind kind = EmitKind.byName(name);
      if (kind == null) {
        throw usage("--emit knows " + EmitKind.names() + ", not '" + name + "'");
      }
      kinds.put(emit.get(i + 1), kind);
    }
    List<Target> targets = targets();
    kinds.values().forEach(kind -> kind.check(targets));
    ImportedModel model = Weft.load(file);
    figures.put("model", file.toString());
    ArrayNode json = figures.putArray("targets");
    List<Compilation> compilations = new ArrayList<>();
    List<ProgramImage> binaries = new ArrayList<>();
    for (Target target : targets) {
      String suffix = targets.size() == 1 ? "" : target.toString();
      long start = System.nanoTime();
      Compilation compilation = compile(model, target, options, suffix);
      compilations.add(compilation);
      double millis = (System.nanoTime() - start) / 1e6;
      ProgramImage program = compilation.program();
      console()
          .printf(
              "compiled %s for %s: %d kernels, %s of %s, in %s",
              file.getFileName(),
              target,
              program.kernels().size(),
              Figures.bytes(program.content().length),
              EmitKind.text(program.format()),
              Figures.time(millis * 1e6));
      json.addObject()
          .put("target", target.toString())
          .put("kernels", program.kernels().size())
          .put("format", EmitKind.text(program.format()))
          .put("program_bytes", program.content().length)
          .put("compile_ms", millis);
      binaries.add(binary(compilation, (ObjectNode) json.get(json.size() - 1)));
      kinds.forEach((folder, kind) -> emit(kind, Path.of(folder), compilation, suffix));
    }
    if (output != null) {
      write(output, compilations, binaries, String.valueOf(file.getFileName()));
      figures.put("artifact", output.toString());
    }
    return true;
  }

  private List<Target> targets() {
    if (targetTexts.isEmpty()) {
      return List.of(DeviceTargets.of(Devices.installed().list().getFirst()));
    }
    List<Target> targets = new ArrayList<>();
    for (String text : targetTexts) {
      try {
        targets.add(Target.parse(text));
      } catch (IllegalArgumentException e) {
        throw usage("--target " + text + ": " + e.getMessage());
      }
    }
    if (new HashSet<>(targets).size() < targets.size()) {
      throw usage("a --target is given twice");
    }
    return targets;
  }

  private Compilation compile(
      ImportedModel model, Target target, CompileOptions options, String suffix) {
    CompileTrace trace = CompileTrace.NONE;
    DumpTrace dumped = null;
    if (dump != null) {
      OutputFiles files = OutputFiles.in(dump);
      dumped = new DumpTrace(suffix.isEmpty() ? files : files.below(suffix));
      trace = dumped;
    }
    Compilation compilation =
        model.compileFor(target, options.withTrace(VerboseTrace.of(console(), trace)));
    if (dumped != null) {
      console().print("wrote " + dumped.written() + " files below " + dump);
    }
    return compilation;
  }

  /**
   * What an artifact gets: a binary where there is a compiler for it that needs no device, the
   * program as it is otherwise. Says with {@code -v} what each kernel takes.
   */
  private ProgramImage binary(Compilation compilation, ObjectNode json) {
    ProgramImage program = compilation.program();
    ProgramCompilers compilers = ProgramCompilers.installed();
    Optional<ProgramCompiler> compiler = compilers.find(program, ProgramFormat.CUBIN);
    if ((output == null && !console().isVerbose()) || compiler.isEmpty()) {
      return program;
    }
    Optional<DeviceProbe.Missing> missing = compiler.get().missing();
    if (missing.isPresent()) {
      console()
          .print(
              compilation.target()
                  + ": the kernels stay source, to be compiled where they run: "
                  + missing.get().reason());
      console().print("  to get a binary: " + missing.get().remedy());
      return program;
    }
    long start = System.nanoTime();
    CompiledProgram compiled = compilers.compile(program, ProgramFormat.CUBIN);
    console()
        .printf(
            "%s by %s, in %s",
            EmitKind.text(compiled.image().format()),
            compiled.compiler(),
            Figures.time(System.nanoTime() - start));
    json.put("binary", EmitKind.text(compiled.image().format()))
        .put("binary_bytes", compiled.image().content().length)
        .put("compiler", compiled.compiler());
    KernelTable table = new KernelTable(compiled);
    table.write(json.putArray("kernel_resources"));
    if (console().isVerbose()) {
      table.lines().forEach(console()::print);
    }
    return compiled.image();
  }

  private void emit(EmitKind kind, Path folder, Compilation compilation, String suffix) {
    String model = String.valueOf(file.getFileName()).replaceFirst("\\.[^.]*$", "");
    String name = suffix.isEmpty() ? model : model + "-" + suffix;
    OutputFiles files = OutputFiles.in(folder);
    Path written;
    if (kind == EmitKind.TIR) {
      String text = TvmScript.print(compilation.graph().primFuncs());
      written = files.write(name + ".py", text);
    } else {
      ProgramImage program = compilation.program();
      ProgramFormat format = Objects.requireNonNull(kind.format(), "only IR has no format");
      boolean compiles =
          program.format() == ProgramFormat.CUDA_C
              && (format == ProgramFormat.PTX || format == ProgramFormat.CUBIN);
      if (compiles) {
        program = ProgramCompilers.installed().compile(program, format).image();
      }
      if (program.format() != format) {
        return; // Another target's.
      }
      written = files.write(name + "." + program.format().extension(), program.content());
    }
    console().print("wrote " + written);
  }

  private void write(
      Path path, List<Compilation> compilations, List<ProgramImage> programs, String model) {
    if (!path.toString().endsWith("." + Artifact.EXTENSION)) {
      throw new InputException(
          "a compiled model's name ends in ." + Artifact.EXTENSION, path.toString(), "rename it");
    }
    Map<String, Tensor> weights = new LinkedHashMap<>();
    compilations.forEach(each -> weights.putAll(each.weights()));
    List<Artifact.Variant> variants = new ArrayList<>();
    for (int i = 0; i < compilations.size(); i++) {
      variants.add(compilations.get(i).variantOf(programs.get(i)));
    }
    Map<String, String> metadata = Map.of("producer", "weft", "model", model);
    try (Artifact artifact = new Artifact(variants, Weights.of(weights), metadata)) {
      artifact.write(path);
    }
    console().print("wrote " + path);
  }
}
