package dev.weft.codegen.c;

import dev.weft.base.DType;
import dev.weft.lowering.intrin.BulkTensorCopy;
import dev.weft.tir.Expr;
import dev.weft.tir.Intrinsic;
import dev.weft.tir.IrRewriter;
import dev.weft.tir.Stmt;
import dev.weft.tir.Var;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tensors that a kernel copies boxes of. Each becomes a parameter behind the kernel's own; the
 * copies name it in place of the tensor and what is known of it.
 *
 * <pre>{@code
 * ptx_cp_async_bulk_tensor("load", S, offset, barrier, A, swizzle, rank, shape…, i, j)
 *     →  ptx_cp_async_bulk_tensor("load", S, offset, barrier, A_map, i, j)
 * }</pre>
 *
 * @param places the maps and their parameters, in order of appearance
 * @param body the kernel with the copies rewritten
 */
record TensorMaps(Map<BulkTensorCopy.Map, Var> places, Stmt body) {
  static TensorMaps of(Stmt body) {
    Map<BulkTensorCopy.Map, Var> places = new LinkedHashMap<>();
    Stmt rewritten =
        new IrRewriter() {
          @Override
          public Expr expr(Expr node) {
            Expr mapped = super.expr(node);
            if (!(mapped instanceof Expr.Call call)
                || !call.is(Intrinsic.PTX_CP_ASYNC_BULK_TENSOR)) {
              return mapped;
            }
            BulkTensorCopy copy = BulkTensorCopy.of(call);
            Var place =
                places.computeIfAbsent(
                    copy.map(), map -> Var.of(map.global().name() + "_map", DType.HANDLE));
            List<Expr> args = new ArrayList<>(call.args().subList(0, 4));
            args.add(place);
            args.addAll(copy.coordinates());
            return new Expr.Call(call.dtype(), call.callee(), args);
          }
        }.stmt(body);
    return new TensorMaps(places, rewritten);
  }
}
