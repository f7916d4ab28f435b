package dev.weft.tir.schedule.fuzz;

import dev.weft.tir.PrimFunc;
import dev.weft.tir.script.TvmScript;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Functions that tensor expressions don't give: opaque and in-place blocks, blocks within blocks,
 * several writers of a buffer, views, conditions, loops that don't start at 0. {@code N}, {@code M}
 * and {@code K} stand for random extents.
 */
final class ScriptPrograms {
  private ScriptPrograms() {}

  private static final List<String> BODIES =
      List.of(
          // A producer, then an update in place.
          """
          A: T.Buffer((N, M), "int32"), C: T.Buffer((N, M), "int32")
          B = T.alloc_buffer((N, M), "int32")
          for i, j in T.grid(N, M):
              with T.block("B"):
                  vi, vj = T.axis.remap("SS", [i, j])
                  B[vi, vj] = A[vi, vj] * 2
          for i, j in T.grid(N, M):
              with T.block("update"):
                  vi, vj = T.axis.remap("SS", [i, j])
                  B[vi, vj] = B[vi, vj] + vj
          for i, j in T.grid(N, M):
              with T.block("C"):
                  vi, vj = T.axis.remap("SS", [i, j])
                  C[vi, vj] = B[vi, vj] - A[vi, vj]
          """,
          // Two blocks write halves of one buffer.
          """
          A: T.Buffer((2 * N,), "int32"), C: T.Buffer((2 * N,), "int32")
          B = T.alloc_buffer((2 * N,), "int32")
          for i in range(N):
              with T.block("low"):
                  vi = T.axis.spatial(N, i)
                  B[vi] = A[vi] + 1
          for i in range(N):
              with T.block("high"):
                  vi = T.axis.spatial(N, i)
                  B[vi + N] = A[vi] * 3
          for i in range(2 * N):
              with T.block("C"):
                  vi = T.axis.spatial(2 * N, i)
                  C[vi] = B[2 * N - 1 - vi] + B[vi]
          """,
          // Each element is made of the one before.
          """
          A: T.Buffer((N, M), "int32"), B: T.Buffer((N, M), "int32")
          for i, j in T.grid(N, M):
              with T.block("B"):
                  vi = T.axis.spatial(N, i)
                  vj = T.axis.opaque(M, j)
                  if vj == 0:
                      B[vi, vj] = A[vi, vj]
                  else:
                      B[vi, vj] = B[vi, vj - 1] + A[vi, vj]
          """,
          // A reduction in two blocks, and its consumer.
          """
          A: T.Buffer((N, K), "int32"), C: T.Buffer((N,), "int32")
          B = T.alloc_buffer((N,), "int32")
          for i in range(N):
              with T.block("B_init"):
                  vi = T.axis.spatial(N, i)
                  B[vi] = 0
              for k in range(K):
                  with T.block("B_update"):
                      vi, vk = T.axis.remap("SR", [i, k])
                      B[vi] = B[vi] + A[vi, vk]
          for i in range(N):
              with T.block("C"):
                  vi = T.axis.spatial(N, i)
                  C[vi] = T.max(B[vi], 0)
          """,
          // A product of matrices in tiles, each a block with blocks within.
          """
          A: T.Buffer((4 * N, 6), "int32"), B: T.Buffer((6, 4), "int32"), C: T.Buffer((4 * N, 4), "int32")
          for i_o, k_o in T.grid(N, 3):
              with T.block("tile"):
                  vio, vko = T.axis.remap("SR", [i_o, k_o])
                  with T.init():
                      for i, j in T.grid(4, 4):
                          with T.block("init"):
                              vi, vj = T.axis.remap("SS", [i, j])
                              C[vio * 4 + vi, vj] = 0
                  for i, j, k in T.grid(4, 4, 2):
                      with T.block("update"):
                          vi, vj, vk = T.axis.remap("SSR", [i, j, k])
                          C[vio * 4 + vi, vj] = C[vio * 4 + vi, vj] + A[vio * 4 + vi, vko * 2 + vk] * B[vko * 2 + vk, vj]
          """,
          // Rows chosen by an index.
          """
          A: T.Buffer((2, M), "int32"), I: T.Buffer((N,), "int32"), C: T.Buffer((N, M), "int32")
          B = T.alloc_buffer((2, M), "int32")
          for i, j in T.grid(2, M):
              with T.block("B"):
                  vi, vj = T.axis.remap("SS", [i, j])
                  B[vi, vj] = A[vi, vj] + vj
          for i, j in T.grid(N, M):
              with T.block("C"):
                  vi, vj = T.axis.remap("SS", [i, j])
                  T.reads(I[vi], B[0:2, vj])
                  T.writes(C[vi, vj])
                  C[vi, vj] = B[I[vi], vj]
          """,
          // A view of a row.
          """
          A: T.Buffer((N, M), "int32"), C: T.Buffer((N, M), "int32")
          for i in range(N):
              with T.block("row"):
                  vi = T.axis.spatial(N, i)
                  T.reads(A[vi, 0:M])
                  T.writes(C[vi, 0:M])
                  a = T.match_buffer(A[vi, 0:M], (M,), "int32", strides=("s0",), offset_factor=1)
                  c = T.match_buffer(C[vi, 0:M], (M,), "int32", strides=("s1",), offset_factor=1)
                  for j in range(M):
                      with T.block("element"):
                          vj = T.axis.spatial(M, j)
                          c[vj] = a[vj] + 1
          """,
          // What has been read is written over.
          """
          A: T.Buffer((N, M), "int32"), C: T.Buffer((N, M), "int32")
          B = T.alloc_buffer((N, M), "int32")
          for i, j in T.grid(N, M):
              with T.block("B"):
                  vi, vj = T.axis.remap("SS", [i, j])
                  B[vi, vj] = A[vi, vj] + 1
          for i, j in T.grid(N, M):
              with T.block("A"):
                  vi, vj = T.axis.remap("SS", [i, j])
                  A[vi, vj] = B[vi, M - 1 - vj] * 2
          for i, j in T.grid(N, M):
              with T.block("C"):
                  vi, vj = T.axis.remap("SS", [i, j])
                  C[vi, vj] = A[vi, vj] - B[vi, vj]
          """,
          // A buffer of each iteration's own, and threads.
          """
          A: T.Buffer((N, M), "int32"), C: T.Buffer((N, M), "int32")
          for i in T.thread_binding(N, thread="blockIdx.x"):
              with T.block("row"):
                  vi = T.axis.spatial(N, i)
                  T.reads(A[vi, 0:M])
                  T.writes(C[vi, 0:M])
                  B = T.alloc_buffer((1, M), "int32", scope="shared")
                  for j in T.thread_binding(M, thread="threadIdx.x"):
                      with T.block("B"):
                          vj = T.axis.spatial(M, j)
                          B[0, vj] = A[vi, vj] * 2
                  for j in T.thread_binding(M, thread="threadIdx.x"):
                      with T.block("C"):
                          vj = T.axis.spatial(M, j)
                          C[vi, vj] = B[0, M - 1 - vj] + 1
          """,
          // Conditions, and loops from 1.
          """
          A: T.Buffer((N + 2, M), "int32"), C: T.Buffer((N + 2, M), "int32")
          B = T.alloc_buffer((N + 2, M), "int32")
          for i, j in T.grid(N + 2, M):
              with T.block("B"):
                  vi, vj = T.axis.remap("SS", [i, j])
                  B[vi, vj] = T.if_then_else(1 <= vi and vi < N + 1, A[vi - 1, vj], 0)
          for i, j in T.grid(N + 2, M):
              with T.block("zero"):
                  vi, vj = T.axis.remap("SS", [i, j])
                  C[vi, vj] = 0
          for i in range(1, N + 1):
              for j in range(M):
                  with T.block("C"):
                      vi = T.axis.spatial(N + 2, i)
                      vj = T.axis.spatial(M, j)
                      T.where(j < 3)
                      C[vi, vj] = B[vi, vj] + B[vi + 1, vj]
          """,
          // Sums and squares in one reduction.
          """
          A: T.Buffer((N, K), "int32"), C: T.Buffer((N,), "int32"), D: T.Buffer((N,), "int32")
          B = T.alloc_buffer((N, K), "int32")
          for i, k in T.grid(N, K):
              with T.block("B"):
                  vi, vk = T.axis.remap("SS", [i, k])
                  B[vi, vk] = A[vi, vk] + vk
          for i, k in T.grid(N, K):
              with T.block("sums"):
                  vi, vk = T.axis.remap("SR", [i, k])
                  with T.init():
                      C[vi] = 0
                      D[vi] = 0
                  C[vi] = C[vi] + B[vi, vk]
                  D[vi] = D[vi] + B[vi, vk] * B[vi, vk]
          """,
          // Sums on top of what is there.
          """
          A: T.Buffer((N, K), "int32"), C: T.Buffer((N,), "int32")
          for i, k in T.grid(N, K):
              with T.block("C"):
                  vi, vk = T.axis.remap("SR", [i, k])
                  C[vi] = C[vi] + A[vi, vk]
          """,
          // A triangle.
          """
          A: T.Buffer((N, N), "int32"), C: T.Buffer((N,), "int32")
          for i in range(N):
              for k in range(i + 1):
                  with T.block("C"):
                      vi = T.axis.spatial(N, i)
                      vk = T.axis.reduce(N, k)
                      with T.init():
                          C[vi] = 0
                      C[vi] = C[vi] + A[vi, vk]
          """,
          // Done over and over.
          """
          A: T.Buffer((N,), "int32"), C: T.Buffer((N,), "int32")
          B = T.alloc_buffer((N,), "int32")
          for r, i in T.grid(2, N):
              with T.block("B"):
                  vi = T.axis.spatial(N, i)
                  B[vi] = A[vi] + 1
          for i, r in T.grid(N, 2):
              with T.block("C"):
                  vi = T.axis.spatial(N, i)
                  C[vi] = B[vi] * 2
          """,
          // One loop for two blocks, the tile's halo computed with it.
          """
          A: T.Buffer((4 * N + 2,), "int32"), C: T.Buffer((4 * N,), "int32")
          B = T.alloc_buffer((4 * N + 2,), "int32")
          for i_0 in range(N):
              for ax0 in range(6):
                  with T.block("B"):
                      vi = T.axis.spatial(4 * N + 2, i_0 * 4 + ax0)
                      B[vi] = A[vi] * 3
              for i_1 in range(4):
                  with T.block("C"):
                      vi = T.axis.spatial(4 * N, i_0 * 4 + i_1)
                      C[vi] = B[vi] + B[vi + 1] + B[vi + 2]
          """,
          // A batch of products whose right factor is written in another order.
          """
          A: T.Buffer((K, N, M), "float32"), B: T.Buffer((K, M, N), "float32"), C: T.Buffer((K, N, N), "float32")
          BT = T.alloc_buffer((K, N, M))
          for b, j, k in T.grid(K, N, M):
              with T.block("BT"):
                  vb, vj, vk = T.axis.remap("SSS", [b, j, k])
                  BT[vb, vj, vk] = B[vb, vk, vj]
          for b, i, j, k in T.grid(K, N, N, M):
              with T.block("C"):
                  vb, vi, vj, vk = T.axis.remap("SSSR", [b, i, j, k])
                  with T.init():
                      C[vb, vi, vj] = T.float32(0)
                  C[vb, vi, vj] = C[vb, vi, vj] + A[vb, vi, vk] * BT[vb, vj, vk]
          """,
          // An opaque block.
          """
          A: T.Buffer((N, M), "int32"), C: T.Buffer((N, M), "int32")
          B = T.alloc_buffer((N, M), "int32")
          for i in range(N):
              with T.block("B"):
                  vi = T.axis.opaque(N, i)
                  T.reads(A[vi, 0:M])
                  T.writes(B[vi, 0:M])
                  for j in range(M):
                      B[vi, j] = A[vi, j] + 1
          for i, j in T.grid(N, M):
              with T.block("C"):
                  vi, vj = T.axis.remap("SS", [i, j])
                  C[vi, vj] = B[vi, vj] * 2
          """,
          // The largest and the smallest, each from a stage of its own; int64 indices.
          """
          A: T.Buffer((T.int64(N), T.int64(K)), "int8"), C: T.Buffer((T.int64(N),), "int8")
          lo = T.alloc_buffer((T.int64(N),), "int8")
          hi = T.alloc_buffer((T.int64(N),), "int8")
          for i, k in T.grid(T.int64(N), T.int64(K)):
              with T.block("lo"):
                  vi, vk = T.axis.remap("SR", [i, k])
                  with T.init():
                      lo[vi] = T.int8(127)
                  lo[vi] = T.min(lo[vi], A[vi, vk])
          for i, k in T.grid(T.int64(N), T.int64(K)):
              with T.block("hi"):
                  vi, vk = T.axis.remap("SR", [i, k])
                  with T.init():
                      hi[vi] = T.int8(-128)
                  hi[vi] = T.max(hi[vi], A[vi, vk])
          for i in range(T.int64(N)):
              with T.block("C"):
                  vi = T.axis.spatial(T.int64(N), i)
                  C[vi] = hi[vi] - lo[vi]
          """);

  static PrimFunc of(SplittableRandom random) {
    return of(random.nextInt(BODIES.size()), random);
  }

  static int count() {
    return BODIES.size();
  }

  static PrimFunc of(int which, SplittableRandom random) {
    List<String> lines = BODIES.get(which).lines().toList();
    StringBuilder text = new StringBuilder("@T.prim_func\ndef main(");
    text.append(lines.getFirst()).append("):\n");
    lines.subList(1, lines.size()).forEach(line -> text.append("    ").append(line).append('\n'));
    String sized = text.toString();
    for (String symbol : List.of("N", "M", "K")) {
      sized = sized.replaceAll("\\b" + symbol + "\\b", "" + (1 + random.nextInt(8)));
    }
    return TvmScript.parseFunction(sized);
  }
}
