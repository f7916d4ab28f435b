package dev.weft.lowering.simt;

import java.util.Arrays;

/** Counts what the requests of warps to memory take. */
abstract class WarpRequests {
  /** Where each thread of the warp begins, in bytes; sorted by {@link #distinct}. */
  private final long[] addresses = new long[64];

  /** Notes one instruction of all active threads; each accesses {@code bytes} from its address. */
  final void add(Lanes active, long[] threadAddresses, int bytes, int warpSize) {
    int begin = 0;
    int[] list = active.list();
    while (begin < list.length) {
      int warp = list[begin] / warpSize;
      int end = begin;
      while (end < list.length && list[end] / warpSize == warp) {
        end++;
      }
      warp(list, begin, end, threadAddresses, bytes);
      begin = end;
    }
  }

  /** Notes the request of one warp: the threads {@code list[begin..end)}. */
  abstract void warp(int[] list, int begin, int end, long[] threadAddresses, int bytes);

  /** Sorts the addresses of some threads and drops repetitions; returns how many are left. */
  final int distinct(int[] list, int begin, int end, long[] threadAddresses) {
    boolean ascending = true;
    int count = 0;
    for (int i = begin; i < end; i++) {
      long address = threadAddresses[list[i]];
      ascending &= count == 0 || addresses[count - 1] <= address;
      addresses[count++] = address;
    }
    if (!ascending) {
      Arrays.sort(addresses, 0, count);
    }
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (kept == 0 || addresses[kept - 1] != addresses[i]) {
        addresses[kept++] = addresses[i];
      }
    }
    return kept;
  }

  final long address(int i) {
    return addresses[i];
  }

  /** Global memory: sectors of 32 bytes, lines of 128. */
  static final class Global extends WarpRequests {
    private static final int SECTOR = 32;
    private static final int SECTORS_PER_LINE = 4;

    private long requests;
    private long requested;
    private long sectors;
    private long idealSectors;
    private long lines;
    private long idealLines;

    @Override
    void warp(int[] list, int begin, int end, long[] threadAddresses, int bytes) {
      int count = distinct(list, begin, end, threadAddresses);
      long lastSector = Long.MIN_VALUE;
      long lastLine = Long.MIN_VALUE;
      for (int i = 0; i < count; i++) {
        long first = Math.floorDiv(address(i), SECTOR);
        long last = Math.floorDiv(address(i) + bytes - 1, SECTOR);
        for (long sector = Math.max(first, lastSector + 1); sector <= last; sector++) {
          sectors++;
          lastSector = sector;
          long line = Math.floorDiv(sector, SECTORS_PER_LINE);
          if (line > lastLine) {
            lines++;
            lastLine = line;
          }
        }
      }
      long total = (long) count * bytes;
      requests++;
      requested += total;
      idealSectors += Math.ceilDiv(total, SECTOR);
      idealLines += Math.ceilDiv(total, SECTOR * SECTORS_PER_LINE);
    }

    SimtCounts.GlobalTraffic traffic() {
      return new SimtCounts.GlobalTraffic(
          requests, requested, sectors, idealSectors, lines, idealLines);
    }
  }

  /**
   * Shared memory: 32 banks of 4 bytes. Threads that meet in one word share it. Accesses wider than
   * a word are served for half or a quarter of a warp at a time (CUDA C++ Programming Guide,
   * section on compute capability 5.x and later).
   */
  static final class Shared extends WarpRequests {
    private static final int BANKS = 32;
    private static final int WORD = 4;

    private final int[] load = new int[BANKS];
    private long requests;
    private long wavefronts;
    private long idealWavefronts;

    @Override
    void warp(int[] list, int begin, int end, long[] threadAddresses, int bytes) {
      int together = Math.max(1, BANKS / Math.max(1, bytes / WORD));
      for (int from = begin; from < end; from += together) {
        pass(distinct(list, from, Math.min(end, from + together), threadAddresses), bytes);
      }
      requests++;
    }

    private void pass(int count, int bytes) {
      Arrays.fill(load, 0);
      long lastWord = Long.MIN_VALUE;
      int words = 0;
      int most = 0;
      for (int i = 0; i < count; i++) {
        long first = Math.floorDiv(address(i), WORD);
        long last = Math.floorDiv(address(i) + bytes - 1, WORD);
        for (long word = Math.max(first, lastWord + 1); word <= last; word++) {
          words++;
          lastWord = word;
          most = Math.max(most, ++load[Math.floorMod(word, BANKS)]);
        }
      }
      wavefronts += most;
      idealWavefronts += Math.ceilDiv(words, BANKS);
    }

    SimtCounts.SharedTraffic traffic() {
      return new SimtCounts.SharedTraffic(requests, wavefronts, idealWavefronts);
    }
  }
}
