package dev.weft.graph.partition;

import dev.weft.graph.pattern.Match;
import dev.weft.graph.pattern.Pattern;
import java.util.function.Predicate;

/**
 * Something that a library can do in one call.
 *
 * @param name what it is called, unique in the library: {@code matmul_bias}
 * @param pattern what it looks like in a graph
 * @param check whether the library can do this one: its types, shapes and attributes
 */
public record CompositePattern(String name, Pattern pattern, Predicate<Match> check) {}
