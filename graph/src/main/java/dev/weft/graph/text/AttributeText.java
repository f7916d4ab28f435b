package dev.weft.graph.text;

import dev.weft.graph.op.Attributes;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/**
 * Writes the attributes of operators: numbers, dtypes and sizes as they print, strings in quotes,
 * enum constants by name, lists in brackets, records as {@code Window[strides=[1, 1], …]} without
 * the components that are null.
 */
final class AttributeText {
  private AttributeText() {}

  static String print(Object value) {
    return switch (value) {
      case String text -> Words.string(text);
      case Enum<?> constant -> constant.name();
      case List<?> list -> {
        List<String> elements = new ArrayList<>();
        list.forEach(element -> elements.add(print(element)));
        yield "[" + String.join(", ", elements) + "]";
      }
      case Record part when !printsItself(part) -> {
        StringJoiner text = new StringJoiner(", ", part.getClass().getSimpleName() + "[", "]");
        Attributes.of(part).forEach((name, component) -> text.add(name + "=" + print(component)));
        yield text.toString();
      }
      default -> value.toString();
    };
  }

  /** Dtypes, sizes and shapes are records whose text form is their own. */
  private static boolean printsItself(Record value) {
    return value.getClass().getPackageName().equals("dev.weft.base");
  }
}
