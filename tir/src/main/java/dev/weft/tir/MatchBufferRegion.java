package dev.weft.tir;

/**
 * A view, declared by a block, of a region of another buffer ({@code T.match_buffer(A[0:16, 0:16],
 * …)}); its symbolic strides and offset get their values from the source.
 *
 * @param buffer the view
 * @param source what it is a view of
 */
public record MatchBufferRegion(Buffer buffer, BufferRegion source) {}
