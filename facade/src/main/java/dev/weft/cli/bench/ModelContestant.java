package dev.weft.cli.bench;

import dev.weft.base.Tensor;
import java.util.Map;

/** A model in some runtime. */
public interface ModelContestant extends Contestant {
  /** Runs the model once; the caller closes what it gives, by the outputs' names. */
  Map<String, Tensor> results();

  @Override
  default Tensor result() {
    throw new UnsupportedOperationException("a model has several results");
  }
}
