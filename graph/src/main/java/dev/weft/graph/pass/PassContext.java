package dev.weft.graph.pass;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which passes of a list run, and how they are set.
 *
 * @param level 0 to 3: passes of higher levels don't run
 * @param settings by {@code pass.key}
 * @param disabled names of passes that don't run
 */
public record PassContext(int level, Map<String, String> settings, Set<String> disabled) {
  /** Every pass, as it comes. */
  public static final PassContext DEFAULT = new PassContext(3, Map.of(), Set.of());

  /** Copies the collections. */
  public PassContext {
    settings = Map.copyOf(settings);
    disabled = Set.copyOf(disabled);
  }

  /**
   * The passes that run, with their settings, in the order of the list: those of the level and
   * those that they require, without those that are disabled or that nobody asked for.
   *
   * @param passes all that there are
   * @throws PassOptionException if the options name a pass or setting that there isn't, disable a
   *     pass that is needed, or give a setting a value that it can't have
   */
  public List<GraphPass> select(List<GraphPass> passes) {
    checkOrder(passes);
    checkNames(passes);
    Map<String, PassSettings> values = new HashMap<>();
    Set<String> running = new LinkedHashSet<>();
    for (GraphPass pass : passes) {
      PassSettings given = new PassSettings(pass.name(), pass.settings(), settings);
      values.put(pass.name(), given);
      boolean chosen = pass.level() <= level && !disabled.contains(pass.name());
      if (pass.required() || (chosen && pass.wanted(given))) {
        running.add(pass.name());
      }
    }
    // Required ones stand before those that require them, so one walk from the end is enough.
    for (GraphPass pass : passes.reversed()) {
      if (running.contains(pass.name())) {
        for (String name : pass.requires()) {
          if (disabled.contains(name)) {
            throw new PassOptionException(
                "the pass '" + pass.name() + "' needs the pass '" + name + "'",
                "--disable-pass " + name,
                "leave '" + pass.name() + "' out too");
          }
          running.add(name);
        }
      }
    }
    List<GraphPass> selected = new ArrayList<>();
    for (GraphPass pass : passes) {
      PassSettings given = values.get(pass.name());
      if (running.contains(pass.name()) && given != null) {
        selected.add(pass.with(given));
      }
    }
    return List.copyOf(selected);
  }

  private void checkNames(List<GraphPass> passes) {
    Set<String> optional = new TreeSet<>();
    Map<String, PassSetting> known = new HashMap<>();
    Set<String> required = new HashSet<>();
    for (GraphPass pass : passes) {
      (pass.required() ? required : optional).add(pass.name());
      pass.settings().forEach(setting -> known.put(pass.name() + "." + setting.key(), setting));
    }
    for (String name : disabled) {
      if (!optional.contains(name)) {
        throw new PassOptionException(
            required.contains(name)
                ? "the pass '" + name + "' can't be left out"
                : "there is no pass '" + name + "'",
            "--disable-pass",
            "these can be left out: " + String.join(", ", optional));
      }
    }
    for (Map.Entry<String, String> given : settings.entrySet()) {
      PassSetting setting = known.get(given.getKey());
      if (setting == null) {
        throw new PassOptionException(
            "no pass has a setting '" + given.getKey() + "'",
            "--pass-config",
            "there are: " + String.join(", ", new TreeSet<>(known.keySet())));
      }
      if (!setting.accepts(given.getValue())) {
        throw new PassOptionException(
            "'" + given.getKey() + "' can't be '" + given.getValue() + "'",
            "--pass-config",
            "give " + setting.accepted());
      }
    }
  }

  /**
   * Checks that each pass stands behind those that it says it comes after.
   *
   * @throws IllegalArgumentException naming the two that don't
   */
  private static void checkOrder(List<GraphPass> passes) {
    Set<String> before = new HashSet<>();
    for (GraphPass pass : passes) {
      if (!before.add(pass.name())) {
        throw new IllegalArgumentException("there are two passes '" + pass.name() + "'");
      }
    }
    Set<String> later = new HashSet<>();
    for (GraphPass pass : passes.reversed()) {
      later.add(pass.name());
      Set<String> wrong = new TreeSet<>(pass.after());
      wrong.addAll(pass.requires());
      wrong.retainAll(later);
      if (!wrong.isEmpty()) {
        throw new IllegalArgumentException(
            "the pass '" + pass.name() + "' must stand behind " + wrong);
      }
      if (!before.containsAll(pass.requires())) {
        throw new IllegalArgumentException(
            "the pass '" + pass.name() + "' requires " + pass.requires() + ", which isn't there");
      }
    }
  }
}
