package dev.weft.tir.schedule;

/**
 * What a sampling primitive drew.
 *
 * @param decision what is recorded, and replayed the next time
 * @param result what the decision means
 * @param <D> the type of the decision
 * @param <T> the type of the result
 */
public record Sampled<D, T>(D decision, T result) {}
