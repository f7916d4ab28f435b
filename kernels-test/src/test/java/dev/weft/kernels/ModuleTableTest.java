package dev.weft.kernels;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Keeps the table of modules true: who may use whom. */
final class ModuleTableTest {

  /** A module: its folder, its packages, and the modules whose packages it may use. */
  record Module(String folder, List<String> packages, List<String> uses) {
    @Override
    public String toString() {
      return folder;
    }
  }

  private static final Map<String, Module> TABLE = table();

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.weft");

  private static Map<String, Module> table() {
    List<String> upToCompiler =
        List.of(
            "base",
            "tir",
            "graph",
            "frontend",
            "runtime-gpu/core",
            "gpu-lowering",
            "codegen-c",
            "codegen-opencl",
            "codegen-cuda",
            "codegen-spirv",
            "codegen-jvm");
    var table = new LinkedHashMap<String, Module>();
    add(table, "base", "dev.weft.base..", List.of());
    add(table, "tir", "dev.weft.tir..", List.of("base"));
    add(table, "graph", "dev.weft.graph..", List.of("base", "tir"));
    add(table, "frontend", "dev.weft.frontend..", List.of("base", "tir", "graph"));
    // The core's own packages, without those of the devices below it.
    table.put(
        "runtime-gpu/core",
        new Module(
            "runtime-gpu/core",
            List.of(
                "dev.weft.runtime",
                "dev.weft.runtime.plan..",
                "dev.weft.runtime.exec..",
                "dev.weft.runtime.artifact..",
                "dev.weft.runtime.host.."),
            List.of("base")));
    for (String device : List.of("opencl", "cuda", "vulkan", "jvm", "openblas")) {
      add(
          table,
          "runtime-gpu/" + device,
          "dev.weft.runtime." + device + "..",
          List.of("base", "runtime-gpu/core"));
    }
    List<String> lowering = List.of("base", "tir", "runtime-gpu/core");
    add(table, "gpu-lowering", "dev.weft.lowering..", lowering);
    List<String> codegen = List.of("base", "tir", "runtime-gpu/core", "gpu-lowering");
    add(table, "codegen-c", "dev.weft.codegen.c..", codegen);
    List<String> cLike = List.of("base", "tir", "runtime-gpu/core", "gpu-lowering", "codegen-c");
    add(table, "codegen-opencl", "dev.weft.codegen.opencl..", cLike);
    add(table, "codegen-cuda", "dev.weft.codegen.cuda..", cLike);
    add(table, "codegen-spirv", "dev.weft.codegen.spirv..", codegen);
    add(table, "codegen-jvm", "dev.weft.codegen.jvm..", codegen);
    add(table, "compiler", "dev.weft.compiler..", upToCompiler);
    List<String> upToTuning = Stream.concat(upToCompiler.stream(), Stream.of("compiler")).toList();
    add(table, "tuning", "dev.weft.tuning..", upToTuning);
    List<String> upToFacade = Stream.concat(upToTuning.stream(), Stream.of("tuning")).toList();
    table.put("facade", new Module("facade", List.of("dev.weft", "dev.weft.cli.."), upToFacade));
    List<String> all = Stream.concat(upToFacade.stream(), Stream.of("facade")).toList();
    add(table, "peers", "dev.weft.peers..", all);
    return table;
  }

  private static void add(
      Map<String, Module> table, String folder, String packages, List<String> uses) {
    table.put(folder, new Module(folder, List.of(packages), uses));
  }

  static Stream<Module> modules() {
    return TABLE.values().stream();
  }

  @ParameterizedTest
  @MethodSource("modules")
  void usesOnlyWhatTheTableAllows(Module module) {
    check(module, module.uses());
  }

  /** The rule above must be able to fail: tir does use base. */
  @Test
  void theRuleCanFail() {
    Module tir = module("tir");
    assertThatThrownBy(() -> check(tir, List.of())).isInstanceOf(AssertionError.class);
  }

  @ParameterizedTest
  @MethodSource("modules")
  void isOnTheClassPathOfThisTest(Module module) {
    String[] packages = module.packages().toArray(String[]::new);
    assertThat(CLASSES.stream().filter(resideInAnyPackage(packages)))
        .as("classes imported from %s", module)
        .isNotEmpty();
  }

  @Test
  void everyClassBelongsToAModule() {
    String[] known =
        Stream.concat(
                modules().flatMap(m -> m.packages().stream()), Stream.of("dev.weft.kernels.."))
            .toArray(String[]::new);
    assertThat(CLASSES.stream().filter(c -> !resideInAnyPackage(known).test(c)))
        .map(JavaClass::getName)
        .isEmpty();
  }

  /** Users take versions from the BOM: it must name every module that has a jar. */
  @Test
  void theBomNamesEveryModule() throws IOException {
    Path root = Path.of(System.getProperty("weft.root", ".."));
    String bom = Files.readString(root.resolve("bom/pom.xml"));
    var missing = new TreeSet<String>();
    for (Module module : TABLE.values()) {
      String pom = Files.readString(root.resolve(module.folder()).resolve("pom.xml"));
      int own = pom.indexOf("<artifactId>", pom.indexOf("</parent>"));
      String artifact = pom.substring(own, pom.indexOf("</artifactId>", own));
      if (!bom.contains(artifact + "</artifactId>")) {
        missing.add(artifact);
      }
    }
    assertThat(missing).isEmpty();
  }

  private static Module module(String folder) {
    Module module = TABLE.get(folder);
    if (module == null) {
      throw new IllegalArgumentException("no module " + folder);
    }
    return module;
  }

  private static void check(Module module, List<String> uses) {
    String[] forbidden =
        modules()
            .filter(other -> !other.equals(module) && !uses.contains(other.folder()))
            .flatMap(other -> other.packages().stream())
            .toArray(String[]::new);
    noClasses()
        .that(resideInAnyPackage(module.packages().toArray(String[]::new)))
        .should()
        .dependOnClassesThat(resideInAnyPackage(forbidden))
        .because(module.folder() + " may use " + uses + " only")
        .allowEmptyShould(true)
        .check(CLASSES);
  }
}
