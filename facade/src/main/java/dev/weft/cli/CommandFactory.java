package dev.weft.cli;

import java.lang.reflect.InvocationTargetException;
import picocli.CommandLine;

/** Makes subcommands, giving each the console where its constructor takes one. */
record CommandFactory(Console console) implements CommandLine.IFactory {
  @Override
  public <K> K create(Class<K> type) throws Exception {
    try {
      return type.getDeclaredConstructor(Console.class).newInstance(console);
    } catch (NoSuchMethodException e) {
      return CommandLine.defaultFactory().create(type);
    } catch (InvocationTargetException e) {
      throw new IllegalStateException("can't make " + type.getName(), e.getCause());
    }
  }
}
