package dev.weft.tir.interp;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The functions that a running function can call: those of its module, and the host's. */
interface Functions {
  /** Host functions by name. */
  Map<String, ExternFunction> externs();

  /** Calls a function of the module. */
  @Nullable Number call(String name, List<Object> args);
}
