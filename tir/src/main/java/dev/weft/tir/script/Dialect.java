package dev.weft.tir.script;

/** The two spellings of blocks in circulation; the reader takes both. */
public enum Dialect {
  /** {@code T.block}, {@code T.block_attr}, {@code T.alloc_buffer}. */
  BLOCK("block", "block_attr", "alloc_buffer"),
  /** {@code T.sblock}, {@code T.sblock_attr}, {@code T.sblock_alloc_buffer}. */
  SBLOCK("sblock", "sblock_attr", "sblock_alloc_buffer");

  final String block;
  final String attributes;
  final String allocation;

  Dialect(String block, String attributes, String allocation) {
    this.block = block;
    this.attributes = attributes;
    this.allocation = allocation;
  }
}
