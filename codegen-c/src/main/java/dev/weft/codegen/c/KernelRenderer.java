package dev.weft.codegen.c;

import dev.weft.base.DType;
import dev.weft.lowering.BufferUses;
import dev.weft.lowering.SharedLayout;
import dev.weft.lowering.intrin.BulkTensorCopy;
import dev.weft.runtime.KernelParam;
import dev.weft.runtime.KernelSpec;
import dev.weft.runtime.TensorMap;
import dev.weft.tir.Buffer;
import dev.weft.tir.Expr;
import dev.weft.tir.IrWalker;
import dev.weft.tir.IterVar;
import dev.weft.tir.PrimFunc;
import dev.weft.tir.Scope;
import dev.weft.tir.Stmt;
import dev.weft.tir.ThreadTag;
import dev.weft.tir.Var;
import dev.weft.tir.arith.Analyzer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Renders one kernel in device form as a function of a C-like language. */
public final class KernelRenderer {
  private final CDialect dialect;
  private final Helpers helpers;

  /** Helper functions that kernels need are noted in {@code helpers}. */
  public KernelRenderer(CDialect dialect, Helpers helpers) {
    this.dialect = dialect;
    this.helpers = helpers;
  }

  /**
   * A rendered kernel.
   *
   * @param spec its name and parameters
   * @param text its definition
   * @param usedTypes the types that occur in it
   */
  public record Kernel(KernelSpec spec, String text, Set<DType> usedTypes) {}

  /**
   * Renders a kernel.
   *
   * @param function device form, see {@code docs/ARCHITECTURE.md}
   * @param name its name in the program
   * @throws CodegenException if it holds what the language can't say
   */
  public Kernel render(PrimFunc function, String name) {
    Set<String> reserved = new HashSet<>(dialect.reserved());
    reserved.add(name);
    CNames names = new CNames(reserved);
    Analyzer analyzer = new Analyzer();
    ExprRenderer exprs = new ExprRenderer(dialect, names, helpers, analyzer);
    Structure structure = Structure.of(function.body());
    BufferUses uses = BufferUses.of(function.body());
    List<KernelParam> params = new ArrayList<>();
    List<String> declarations = new ArrayList<>();
    boolean noAlias = function.attrs().containsKey(PrimFunc.NOALIAS);
    for (Var param : function.params()) {
      Buffer buffer = function.bufferMap().get(param);
      if (buffer == null) {
        String scalar = names.of(param);
        params.add(new KernelParam.Scalar(scalar, param.dtype()));
        declarations.add("const " + dialect.type(param.dtype()) + " " + scalar);
      } else {
        String pointer = names.of(buffer.data());
        KernelParam.Access access = uses.access(buffer.data());
        params.add(new KernelParam.Buffer(pointer, buffer.dtype(), access));
        declarations.add(
            dialect.pointerParam(
                buffer.dtype(), access == KernelParam.Access.READ, noAlias, pointer));
      }
    }
    TensorMaps maps = TensorMaps.of(function.body());
    List<TensorMap> tensorMaps = new ArrayList<>();
    maps.places()
        .forEach(
            (map, place) -> {
              String parameter = names.of(place);
              declarations.add(dialect.tensorMapParam(parameter));
              tensorMaps.add(tensorMap(map, parameter, function));
            });
    CodeWriter out = new CodeWriter();
    String indent = ",\n    ";
    out.line(
        dialect.kernelPrefix(structure.blockExtents(), structure.clusterExtents()) + name + "(");
    out.line("    " + declarations.stream().collect(Collectors.joining(indent)) + ") {").indent();
    shared(structure, function, names, out);
    new StmtRenderer(dialect, names, helpers, exprs, analyzer, out).render(maps.body());
    out.dedent().line("}");
    Set<DType> types = new HashSet<>(exprs.usedTypes());
    structure.shared.forEach(allocate -> types.add(allocate.dtype()));
    return new Kernel(new KernelSpec(name, params, tensorMaps), out.toString(), types);
  }

  private static TensorMap tensorMap(BulkTensorCopy.Map map, String name, PrimFunc function) {
    for (int i = 0; i < function.params().size(); i++) {
      Buffer buffer = function.bufferMap().get(function.params().get(i));
      if (buffer != null && buffer.data().equals(map.global())) {
        return new TensorMap(
            name, i, map.dtype(), map.shape(), map.strides(), map.box(), map.swizzle());
      }
    }
    throw new CodegenException(
        "the tensor '" + map.global().name() + "' that is copied in bulk is no parameter", "", "");
  }

  /** Declares the memory of a block, at the top of the kernel. */
  private void shared(Structure structure, PrimFunc function, CNames names, CodeWriter out) {
    String dynamic = dialect.dynamicShared();
    SharedLayout layout = SharedLayout.of(function.body());
    if (dynamic == null || !layout.isDynamic()) {
      for (Stmt.Allocate shared : structure.shared) {
        out.line(StmtRenderer.declaration(dialect, names, shared));
      }
      return;
    }
    out.line(dynamic);
    for (SharedLayout.Place place : layout.places()) {
      Stmt.Allocate array = place.array();
      out.line(dialect.dynamicArray(array.dtype(), names.of(array.data()), place.offset()));
    }
  }

  /** What a body allocates in shared memory, and its threads. */
  private static final class Structure extends IrWalker {
    private final List<Stmt.Allocate> shared = new ArrayList<>();
    private final Map<ThreadTag, Expr> extents = new EnumMap<>(ThreadTag.class);

    static Structure of(Stmt body) {
      Structure structure = new Structure();
      structure.stmt(body);
      return structure;
    }

    /** The threads of a block along x, y, z; null unless all are constants. */
    @Nullable List<Long> blockExtents() {
      return extents(ThreadTag.THREAD_IDX_X, ThreadTag.THREAD_IDX_Y, ThreadTag.THREAD_IDX_Z);
    }

    /** The blocks of a cluster along x, y, z; null if there are no clusters. */
    @Nullable List<Long> clusterExtents() {
      List<ThreadTag> tags =
          List.of(ThreadTag.CLUSTER_CTA_X, ThreadTag.CLUSTER_CTA_Y, ThreadTag.CLUSTER_CTA_Z);
      return tags.stream().noneMatch(extents::containsKey)
          ? null
          : extents(tags.get(0), tags.get(1), tags.get(2));
    }

    private @Nullable List<Long> extents(ThreadTag x, ThreadTag y, ThreadTag z) {
      List<Long> block = new ArrayList<>();
      for (ThreadTag tag : List.of(x, y, z)) {
        Expr extent = extents.get(tag);
        if (extent == null) {
          block.add(1L);
        } else if (extent instanceof Expr.IntImm(DType dtype, long value)) {
          block.add(value);
        } else {
          return null;
        }
      }
      return block;
    }

    @Override
    public void stmt(Stmt node) {
      if (node instanceof Stmt.Allocate allocate
          && allocate.data().pointerType() instanceof Var.PointerType(DType element, Scope scope)
          && scope.rank() == Scope.Rank.SHARED) {
        shared.add(allocate);
      }
      if (node instanceof Stmt.Attr attr
          && attr.node() instanceof IterVar iter
          && iter.thread() != null
          && attr.key().equals("thread_extent")) {
        extents.put(iter.thread(), attr.value());
      }
      super.stmt(node);
    }
  }
}
