package dev.weft.graph.pass;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The settings of one pass: what was given, or the defaults. */
public final class PassSettings {
  private final String pass;
  private final Map<String, String> values;

  PassSettings(String pass, List<PassSetting> known, Map<String, String> given) {
    this.pass = pass;
    Map<String, String> all = new HashMap<>();
    known.forEach(
        setting ->
            all.put(
                setting.key(),
                given.getOrDefault(pass + "." + setting.key(), setting.otherwise())));
    values = Map.copyOf(all);
  }

  /** The value of a setting that has choices. */
  public String choice(String key) {
    String value = values.get(key);
    if (value == null) {
      throw new IllegalArgumentException(
          "the pass '" + pass + "' declares no setting '" + key + "'");
    }
    return value;
  }

  /** The value of a setting that is a number. */
  public long count(String key) {
    return Long.parseLong(choice(key));
  }
}
