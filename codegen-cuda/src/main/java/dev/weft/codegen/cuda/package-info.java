/**
 * CUDA C that needs no header of NVIDIA's, as a table over the shared C renderer. What the language
 * has no built-in for (16-bit and 8-bit floats, vectors, asynchronous copies, tensor cores) is in a
 * short prelude of our own with inline PTX; a program gets the parts of it that it uses.
 */
@NullMarked
package dev.weft.codegen.cuda;

import org.jspecify.annotations.NullMarked;
