package dev.weft.tir.script;

import dev.weft.tir.Buffer;
import dev.weft.tir.CommReducer;
import dev.weft.tir.Expr;
import dev.weft.tir.IndexMap;
import dev.weft.tir.IterVar;
import dev.weft.tir.Range;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import java.math.BigInteger;
import java.util.List;

/** What an expression of the text stands for while it is being read. */
sealed interface Value {
  /** A Python number: takes the type of whatever it meets. */
  record PyInt(BigInteger value) implements Value {
    static PyInt of(long value) {
      return new PyInt(BigInteger.valueOf(value));
    }
  }

  record PyFloat(double value) implements Value {}

  record PyBool(boolean value) implements Value {}

  record PyString(String value) implements Value {}

  record PyNone() implements Value {}

  /** A TensorIR expression. */
  record Typed(Expr expr) implements Value {}

  record BufferValue(Buffer buffer) implements Value {}

  /** A tuple or list. */
  record Items(List<Value> values) implements Value {}

  record Dict(List<Value> keys, List<Value> values) implements Value {}

  record RangeValue(Range range) implements Value {}

  /** A hardware index: used as an expression, it is its variable. */
  record ThreadIndex(Var var, ThreadTag tag) implements Value {}

  record Axis(IterVar axis) implements Value {}

  record Mapping(IndexMap map) implements Value {}

  record Combination(CommReducer reducer) implements Value {}

  /** A name of the script language, {@code T.axis.spatial} as {@code axis.spatial}. */
  record Builtin(String name) implements Value {}

  /** The module that is being read. */
  record Module() implements Value {}

  /** A function of the module. */
  record Global(String name) implements Value {}

  /** A function of the buffer, {@code A.vload}. */
  record Method(Value self, String name) implements Value {}

  /** What it is called in errors. */
  default String described() {
    return switch (this) {
      case PyInt(var value) -> "the number " + value;
      case PyFloat(var value) -> "the number " + value;
      case PyBool(var value) -> value ? "True" : "False";
      case PyString(var value) -> "the string \"" + value + "\"";
      case PyNone _ -> "None";
      case Typed(var expr) -> "an expression of type " + expr.dtype();
      case BufferValue(var buffer) -> "the buffer '" + buffer.name() + "'";
      case Items _ -> "a tuple or list";
      case Dict _ -> "a dictionary";
      case RangeValue _ -> "a range";
      case ThreadIndex(_, var tag) -> "the thread axis " + tag;
      case Axis _ -> "an axis";
      case Mapping _ -> "an index map";
      case Combination _ -> "a reducer";
      case Builtin(var name) -> "T." + name;
      case Module _ -> "the module";
      case Global(var name) -> "the function '" + name + "'";
      case Method(_, var name) -> "the function '" + name + "'";
    };
  }
}
