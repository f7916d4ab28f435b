package dev.weft.frontend.onnx;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The ONNX operators that can be imported, by name. */
final class OnnxOperators {
  private static final Map<String, Converter> CONVERTERS = new TreeMap<>();

  static {
    PointwiseConverters.register(CONVERTERS);
    NeuralConverters.register(CONVERTERS);
    NormalizationConverters.register(CONVERTERS);
    LossConverters.register(CONVERTERS);
    QuantizationConverters.register(CONVERTERS);
    ReduceConverters.register(CONVERTERS);
    IndexConverters.register(CONVERTERS);
    RandomConverters.register(CONVERTERS);
    WindowConverters.register(CONVERTERS);
    SelectionConverters.register(CONVERTERS);
    SignalConverters.register(CONVERTERS);
    RecurrentConverters.register(CONVERTERS);
    ImageConverters.register(CONVERTERS);
    AttentionConverters.register(CONVERTERS);
    ShapeConverters.register(CONVERTERS);
    ControlFlowConverters.register(CONVERTERS);
    SequenceConverters.register(CONVERTERS);
    EarlyConverters.register(CONVERTERS);
  }

  private static final Map<String, Converter> TRAINING = new TreeMap<>();

  static {
    TrainingConverters.register(TRAINING);
  }

  private OnnxOperators() {}

  /** The converter of an operator of the standard; null if there is none. */
  static @Nullable Converter converter(String opType) {
    return CONVERTERS.get(opType);
  }

  /** The converter of an operator of another domain; null if there is none. */
  static @Nullable Converter converter(String domain, String opType) {
    return domain.equals("ai.onnx.preview.training") ? TRAINING.get(opType) : null;
  }
}
