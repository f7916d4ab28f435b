package dev.weft.lowering.simt;

/**
 * A place in the printed kernel that can be found fault with.
 *
 * @param id its number in the kernel
 * @param line the line of the printed kernel
 * @param source that line
 */
record Site(int id, int line, String source) {}
