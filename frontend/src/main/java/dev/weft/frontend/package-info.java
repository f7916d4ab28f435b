/** Importers that turn a model file into graph IR, and readers of tensor files and pictures. */
@NullMarked
package dev.weft.frontend;

import org.jspecify.annotations.NullMarked;
