package dev.weft.tir.schedule;

/**
 * What a primitive gives back.
 *
 * @param state the new state; every handle whose statement lives on is valid there
 * @param created the handles on what was made
 * @param <T> their type
 */
public record Applied<T>(ScheduleState state, T created) {}
