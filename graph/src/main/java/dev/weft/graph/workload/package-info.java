/** The workloads that benchmarks measure, as TensorIR functions that nobody has scheduled. */
@NullMarked
package dev.weft.graph.workload;

import org.jspecify.annotations.NullMarked;
