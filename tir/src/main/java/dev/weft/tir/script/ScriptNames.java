package dev.weft.tir.script;

/**
 * Names of the script language: {@code exp} for {@code T.exp}, {@code axis.spatial}, and the empty
 * name for {@code T} itself, however the text came by it.
 */
final class ScriptNames {
  private ScriptNames() {}

  /** What {@code import module as alias} means by its alias; null if it is nothing of ours. */
  static @org.jspecify.annotations.Nullable String imported(String module) {
    if (isLanguage(module)) {
      return "";
    }
    return module.equals("tvm") || module.equals("tvm.script") ? module : null;
  }

  /** The member of a module or of the language. */
  static String member(String path, String name) {
    String full = path.isEmpty() ? name : path + "." + name;
    return isLanguage(full) ? "" : full;
  }

  private static boolean isLanguage(String module) {
    return module.matches("tvm\\.(script\\.((parser|ir_builder)\\.)?)?(tir|ir)");
  }
}
