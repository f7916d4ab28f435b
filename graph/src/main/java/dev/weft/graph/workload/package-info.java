/**
 * The workloads that benchmarks measure: small models that nobody has scheduled, with operands,
 * cost and a plain reference.
 */
@NullMarked
package dev.weft.graph.workload;

import org.jspecify.annotations.NullMarked;
