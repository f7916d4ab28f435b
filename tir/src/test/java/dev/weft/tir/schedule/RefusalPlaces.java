package dev.weft.tir.schedule;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.StringEntry;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LineNumber;
import java.lang.constant.ClassDesc;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The places in the compiled schedule that refuse: the lines that make a {@link ScheduleException},
 * themselves or by a method named {@code refuse…}. A line is written as in a stack trace, {@code
 * Split.java:133}.
 */
final class RefusalPlaces {
  private static final ClassDesc EXCEPTION =
      ScheduleException.class.describeConstable().orElseThrow();

  private RefusalPlaces() {}

  /** All of them. */
  static Set<String> all() {
    Set<String> places = new TreeSet<>();
    for (ClassModel type : classes()) {
      if (!type.thisClass().asSymbol().equals(EXCEPTION)) {
        type.methods()
            .forEach(method -> method.code().ifPresent(code -> collect(type, code, places)));
      }
    }
    return places;
  }

  private static void collect(ClassModel type, CodeModel code, Set<String> places) {
    int line = 0;
    for (CodeElement element : code) {
      if (element instanceof LineNumber number) {
        line = number.line();
      } else if (element instanceof InvokeInstruction call && refuses(call)) {
        places.add(file(type.thisClass().asInternalName()) + ":" + line);
      }
    }
  }

  private static boolean refuses(InvokeInstruction call) {
    String name = call.name().stringValue();
    return name.equals("<init>")
        ? call.owner().asSymbol().equals(EXCEPTION)
        : name.startsWith("refuse") && call.typeSymbol().returnType().equals(EXCEPTION);
  }

  /** The source file of a class, which may be nested in another. */
  private static String file(String internalName) {
    String simple = internalName.substring(internalName.lastIndexOf('/') + 1);
    int nested = simple.indexOf('$');
    return (nested < 0 ? simple : simple.substring(0, nested)) + ".java";
  }

  /** Those that an exception came through. */
  static Set<String> of(ScheduleException refusal) {
    Set<String> places = new TreeSet<>();
    for (StackTraceElement frame : refusal.getStackTrace()) {
      places.add(frame.getFileName() + ":" + frame.getLineNumber());
    }
    return places;
  }

  /** The parts of text between values that the methods of some classes give back. */
  static Set<String> textsOf(Class<?>... types) {
    Set<String> names = new TreeSet<>();
    for (Class<?> type : types) {
      names.add(type.getName().replace('.', '/'));
    }
    Set<String> texts = new TreeSet<>();
    for (ClassModel type : classes()) {
      if (names.contains(type.thisClass().asInternalName())) {
        for (PoolEntry entry : type.constantPool()) {
          if (entry instanceof StringEntry text) {
            List<String> parts = List.of(text.stringValue().split("[\\x01\\x02]"));
            parts.stream().filter(part -> !part.isBlank()).forEach(texts::add);
          }
        }
      }
    }
    return texts;
  }

  private static List<ClassModel> classes() {
    try {
      Path root =
          Path.of(Schedule.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      Path folder = root.resolve(Schedule.class.getPackageName().replace('.', '/'));
      try (Stream<Path> files = Files.walk(folder)) {
        return files
            .filter(file -> file.toString().endsWith(".class"))
            .map(RefusalPlaces::parse)
            .toList();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ClassModel parse(Path file) {
    try {
      return ClassFile.of().parse(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
