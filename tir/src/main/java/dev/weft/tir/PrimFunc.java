package dev.weft.tir;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A TensorIR function.
 *
 * @param params handles of buffers (keys of {@code bufferMap}) and scalars, in order
 * @param bufferMap the buffer that each handle parameter is matched to; symbolic dimensions get
 *     their values from the arguments
 * @param attrs {@code global_symbol}, {@code tir.noalias}, {@code target} and others
 * @param body the body; before lowering, a {@link Stmt.BlockRealize} of the block {@code root}
 */
public record PrimFunc(
    List<Var> params, Map<Var, Buffer> bufferMap, Map<String, AttrValue> attrs, Stmt body) {
  /** Attribute: the function's name in the compiled module. */
  public static final String GLOBAL_SYMBOL = "global_symbol";

  /** Attribute: no two buffer arguments overlap. */
  public static final String NOALIAS = "tir.noalias";

  /** Copies the collections and checks that buffers belong to parameters. */
  public PrimFunc {
    params = List.copyOf(params);
    bufferMap = Ordered.copyOf(bufferMap);
    attrs = Ordered.copyOf(attrs);
    for (Var key : bufferMap.keySet()) {
      Checks.require(params.contains(key), "PrimFunc: '%s' is no parameter", key.name());
    }
  }

  /** The buffers of the parameters, in the parameters' order; scalars are left out. */
  public List<Buffer> paramBuffers() {
    List<Buffer> buffers = new ArrayList<>();
    for (Var param : params) {
      Buffer buffer = bufferMap.get(param);
      if (buffer != null) {
        buffers.add(buffer);
      }
    }
    return buffers;
  }

  /** The same function with another body. */
  public PrimFunc withBody(Stmt newBody) {
    return newBody == body ? this : new PrimFunc(params, bufferMap, attrs, newBody);
  }

  /** The same function with one more or another attribute. */
  public PrimFunc withAttr(String key, AttrValue value) {
    return new PrimFunc(params, bufferMap, Ordered.with(attrs, key, value), body);
  }

  /** The same function without an attribute. */
  public PrimFunc withoutAttr(String key) {
    return new PrimFunc(params, bufferMap, Ordered.without(attrs, key), body);
  }

  /** The name from {@link #GLOBAL_SYMBOL}, or {@code otherwise}. */
  public String globalSymbol(String otherwise) {
    return attrs.get(GLOBAL_SYMBOL) instanceof Expr.StringImm(String name) ? name : otherwise;
  }
}
