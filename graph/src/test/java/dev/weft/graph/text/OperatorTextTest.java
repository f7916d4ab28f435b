package dev.weft.graph.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.base.DType;
import dev.weft.base.IntExpr;
import dev.weft.base.Shape;
import dev.weft.graph.op.Binary;
import dev.weft.graph.op.Operator;
import dev.weft.graph.op.Unary;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OperatorTextTest {
  static List<Class<? extends Record>> inventory() {
    return Operators.INVENTORY;
  }

  @ParameterizedTest
  @MethodSource("inventory")
  void attributesReadBack(Class<? extends Record> type) {
    Random random = new Random(type.getName().hashCode());
    int made = 0;
    for (int i = 0; i < 400 && made < 20; i++) {
      Operator operator = (Operator) random(type, random);
      if (operator == null) {
        continue;
      }
      made++;
      assertThat(read(operator)).isEqualTo(operator);
    }
    assertThat(made).as("operators of random attributes").isPositive();
  }

  /** Every operator of the inventory can be read. */
  @Test
  void theInventoryIsComplete() throws Exception {
    Path folder =
        Path.of(Operator.class.getProtectionDomain().getCodeSource().getLocation().toURI())
            .resolve("dev/weft/graph/op");
    Set<Class<?>> operators = new HashSet<>();
    for (String name : classes(folder)) {
      Class<?> type = Class.forName("dev.weft.graph.op." + name);
      if (Operator.class.isAssignableFrom(type) && !Modifier.isAbstract(type.getModifiers())) {
        operators.add(type);
      }
    }
    operators.removeAll(Set.of(Unary.class, Binary.class)); // They are told by name.
    assertThat(operators).hasSizeGreaterThan(50);
    assertThat(new HashSet<Class<?>>(Operators.INVENTORY)).isEqualTo(operators);
  }

  private static List<String> classes(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".class"))
          .map(name -> name.substring(0, name.length() - ".class".length()))
          .toList();
    }
  }

  private static Operator read(Operator operator) {
    List<String> attributes = new ArrayList<>();
    operator
        .attributes()
        .forEach((name, value) -> attributes.add(name + "=" + AttributeText.print(value)));
    TokenReader in = new TokenReader(operator.name() + "(" + String.join(", ", attributes) + ")");
    Token name = in.name("an operator");
    Map<String, TokenReader> values = new LinkedHashMap<>();
    AttributeReader reader = new AttributeReader(in);
    in.list("(", ")", () -> reader.attribute(values));
    return new Operators(List.of(), List.of()).read(in, name, values);
  }

  /** A value of a component; null for a record that does not take its random components. */
  private static @Nullable Object random(Type type, Random random) {
    if (type instanceof ParameterizedType generic) {
      List<Object> list = new ArrayList<>();
      for (int i = random.nextInt(3); i >= 0; i--) {
        Object element = random(generic.getActualTypeArguments()[0], random);
        if (element == null) {
          return null;
        }
        list.add(element);
      }
      return list;
    }
    Class<?> single = (Class<?>) type;
    if (single.isEnum()) {
      return single.getEnumConstants()[random.nextInt(single.getEnumConstants().length)];
    }
    if (single == long.class || single == Long.class) {
      return (long) random.nextInt(9);
    }
    if (single == int.class || single == Integer.class) {
      return random.nextInt(9) - 4;
    }
    if (single == double.class) {
      return random.nextInt(4) == 0 ? Double.NEGATIVE_INFINITY : random.nextGaussian() * 1e-5;
    }
    if (single == boolean.class) {
      return random.nextBoolean();
    }
    if (single == IntExpr.class) {
      IntExpr n = IntExpr.symbol("n.1");
      return List.of(n, IntExpr.of(3), IntExpr.of(IntExpr.Op.MIN, n, IntExpr.of(-2)))
          .get(random.nextInt(3));
    }
    if (single == Shape.class) {
      return new Shape(List.of(IntExpr.of(2), IntExpr.symbol("k").plus(IntExpr.of(1))));
    }
    if (single == DType.class) {
      return List.of(
              DType.FLOAT8_E4M3FNUZ, DType.FLOAT8_E8M0, DType.INT4, DType.BFLOAT16, DType.BOOL)
          .get(random.nextInt(5));
    }
    if (single.isSealed()) {
      Class<?>[] kinds = single.getPermittedSubclasses();
      return random(kinds[random.nextInt(kinds.length)], random);
    }
    return made(single, random);
  }

  private static @Nullable Object made(Class<?> type, Random random) {
    RecordComponent[] components = type.getRecordComponents();
    @Nullable Object[] arguments = new @Nullable Object[components.length];
    for (int i = 0; i < components.length; i++) {
      arguments[i] = random(components[i].getGenericType(), random);
      if (arguments[i] == null) {
        return null;
      }
    }
    try {
      return type.getConstructor(
              Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new))
          .newInstance(arguments);
    } catch (InvocationTargetException e) {
      return null; // It doesn't take them.
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    }
  }
}
