package dev.weft.tir.schedule;

import dev.weft.tir.Buffer;
import dev.weft.tir.BufferRegion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The blocks of one scope and the dependencies between them, from the regions that they declare to
 * read and write. Buffers are compared by identity.
 */
public final class BlockScope {
  /** The kinds of dependency. */
  public enum Kind {
    /** Read after write. */
    RAW,
    /** Write after write. */
    WAW,
    /** Write after read. */
    WAR
  }

  /**
   * A dependency: {@code dst} comes after {@code src} and must stay there.
   *
   * @param src the earlier block
   * @param dst the later block
   * @param kind why
   */
  public record Dependency(Site.Block src, Site.Block dst, Kind kind) {}

  private final List<Site.Block> blocks;
  private final List<Dependency> dependencies = new ArrayList<>();
  private final Map<Buffer, List<Site.Block>> writers = new LinkedHashMap<>();
  private final Map<Buffer, List<Site.Block>> readers = new HashMap<>();

  BlockScope(List<Site.Block> blocks) {
    this.blocks = List.copyOf(blocks);
    for (Site.Block block : blocks) {
      for (BufferRegion read : block.block().reads()) {
        for (Site.Block writer : writers(read.buffer())) {
          add(writer, block, Kind.RAW);
        }
      }
      for (BufferRegion write : block.block().writes()) {
        for (Site.Block writer : writers(write.buffer())) {
          add(writer, block, Kind.WAW);
        }
        for (Site.Block reader : readers(write.buffer())) {
          add(reader, block, Kind.WAR);
        }
      }
      for (BufferRegion read : block.block().reads()) {
        put(readers, read.buffer(), block);
      }
      for (BufferRegion write : block.block().writes()) {
        put(writers, write.buffer(), block);
      }
    }
  }

  private static void put(Map<Buffer, List<Site.Block>> map, Buffer buffer, Site.Block block) {
    List<Site.Block> blocks = map.computeIfAbsent(buffer, b -> new ArrayList<>());
    if (!blocks.contains(block)) {
      blocks.add(block);
    }
  }

  private void add(Site.Block src, Site.Block dst, Kind kind) {
    Dependency dependency = new Dependency(src, dst, kind);
    if (src != dst && !dependencies.contains(dependency)) {
      dependencies.add(dependency);
    }
  }

  /** The blocks, in order. */
  public List<Site.Block> blocks() {
    return blocks;
  }

  /** All dependencies. */
  public List<Dependency> dependencies() {
    return dependencies;
  }

  /** The blocks that write a buffer, in order. */
  public List<Site.Block> writers(Buffer buffer) {
    return writers.getOrDefault(buffer, List.of());
  }

  /** The blocks that read a buffer, in order. */
  public List<Site.Block> readers(Buffer buffer) {
    return readers.getOrDefault(buffer, List.of());
  }

  /** The blocks that write what {@code block} reads (or writes again). */
  public List<Site.Block> producers(Site.Block block) {
    return dependencies.stream()
        .filter(d -> d.dst() == block && d.kind() != Kind.WAR)
        .map(Dependency::src)
        .distinct()
        .toList();
  }

  /** The blocks that read (or write again) what {@code block} writes. */
  public List<Site.Block> consumers(Site.Block block) {
    return dependencies.stream()
        .filter(d -> d.src() == block && d.kind() != Kind.WAR)
        .map(Dependency::dst)
        .distinct()
        .toList();
  }

  /** Whether no other block here writes what {@code block} writes. */
  public boolean isDominant(Site.Block block) {
    return block.block().writes().stream()
        .allMatch(write -> writers(write.buffer()).equals(List.of(block)));
  }
}
