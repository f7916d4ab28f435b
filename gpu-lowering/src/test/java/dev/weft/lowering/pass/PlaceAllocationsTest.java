package dev.weft.lowering.pass;

import org.junit.jupiter.api.Test;

class PlaceAllocationsTest {
  private static final BeforeAfter PLACE = new BeforeAfter(new PlaceAllocations());

  /** A function with a stage, allocated at the root, in the loop over i, or in that over j. */
  private static String staged(String root, String inI, String inJ, String fills, String reads) {
    return """
    @T.prim_func
    def f(A: T.Buffer((16, 8)), C: T.Buffer((16, 8))):
        with T.block("root"):
            T.reads()
            T.writes()
    %s        for i in range(4):
    %s            for j in range(4):
    %s                for k in range(8):
                        with T.block("S"):
                            vi, vk = T.axis.remap("SS", [i, k])
                            T.where(%s)
                            T.reads(A[vi, vk])
                            T.writes(S[vk])
                            S[vk] = A[vi, vk]
                    for k in range(8):
                        with T.block("C"):
                            vi = T.axis.spatial(16, i * 4 + j)
                            vk = T.axis.spatial(8, k)
                            T.where(%s)
                            T.reads(S[vk])
                            T.writes(C[vi, vk])
                            C[vi, vk] = S[vk]
    """
        .formatted(root, inI, inJ, fills, reads);
  }

  private static final String ALLOCATION = "S = T.alloc_buffer((8,), scope=\"local\")\n";

  private static String before(String fills, String reads) {
    return staged("        " + ALLOCATION, "", "", fills, reads);
  }

  /** Within a loop, an allocation stands in a block of its own. */
  private static String inBlock(String text, String indent) {
    StringBuilder result = new StringBuilder();
    boolean inside = false;
    for (String line : text.split("\n", -1)) {
      if (line.strip().startsWith("S = T.alloc_buffer")) {
        inside = true;
        result.append(indent).append("with T.block(\"\"):\n");
        result.append(indent).append("    T.reads()\n").append(indent).append("    T.writes()\n");
      }
      result.append(inside && !line.isEmpty() ? "    " : "").append(line).append('\n');
    }
    return result.toString();
  }

  @Test
  void anAllocationMovesToItsUses() {
    PLACE.assertBecomes(
        before("k < 7", "i * 4 + j < 14"),
        inBlock(
            staged("", "", " ".repeat(16) + ALLOCATION, "k < 7", "i * 4 + j < 14"),
            " ".repeat(16)));
  }

  /** The iterations with j > 0 read what j = 0 has left. */
  @Test
  void notIntoALoopThatFillsItOnlyNowAndThen() {
    PLACE.assertBecomes(
        before("j < 1", "i * 4 + j < 14"),
        inBlock(
            staged("", " ".repeat(12) + ALLOCATION, "", "j < 1", "i * 4 + j < 14"),
            " ".repeat(12)));
  }

  @Test
  void aConditionThatTheReaderHasToo() {
    PLACE.assertBecomes(
        before("i * 4 + j < 15", "i * 4 + j < 14"),
        inBlock(
            staged("", "", " ".repeat(16) + ALLOCATION, "i * 4 + j < 15", "i * 4 + j < 14"),
            " ".repeat(16)));
  }

  /** As caching a view makes it. */
  @Test
  void aBufferWithAViewsOffsetBeginsAtItsOwnStart() {
    PLACE.assertBecomes(
        """
        @T.prim_func
        def f(A: T.Buffer((8, 64)), C: T.Buffer((8,))):
            for i in range(8):
                with T.block("row"):
                    T.reads()
                    T.writes()
                    own = T.alloc_buffer((64,), scope="local", offset_factor=1)
                    a = T.match_buffer(A[i, 0:64], (64,), elem_offset=own.elem_offset)
                    own[3] = a[3]
                    C[i] = own[3]
        """,
        """
        @T.prim_func
        def f(A: T.Buffer((8, 64)), C: T.Buffer((8,))):
            for i in range(8):
                with T.block("row"):
                    T.reads()
                    T.writes()
                    own = T.alloc_buffer((64,), scope="local", elem_offset=0, offset_factor=1)
                    a = T.match_buffer(A[i, 0:64], (64,), offset_factor=1)
                    own[3] = a[3]
                    C[i] = own[3]
        """);
  }
}
