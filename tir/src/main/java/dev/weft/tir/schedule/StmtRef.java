package dev.weft.tir.schedule;

/** A handle on a statement of the scheduled module: a block or a loop. */
public sealed interface StmtRef permits BlockRef, LoopRef {}
