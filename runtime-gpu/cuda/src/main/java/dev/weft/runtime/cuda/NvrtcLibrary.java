package dev.weft.runtime.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds {@code libnvrtc.so.12} and loads it, with its built-ins, before the first class of JCuda's
 * NVRTC binding is touched: the binding's own library links to that name. The places, in order:
 *
 * <ol>
 *   <li>the folder of the system property {@value #PROPERTY} or the environment variable {@value
 *       #ENVIRONMENT};
 *   <li>JavaCPP's {@code cuda-redist} on the class path, unpacked to the user's cache;
 *   <li>what an earlier process unpacked there, or {@code scripts/nvrtc.sh};
 *   <li>an installed CUDA 12.
 * </ol>
 */
final class NvrtcLibrary {
  static final String PROPERTY = "weft.nvrtc";
  static final String ENVIRONMENT = "WEFT_NVRTC";

  /** The version in the file names of cuda-redist 12.9. */
  private static final String LIBRARY = "libnvrtc.so.12";

  private static final String BUILT_INS = "libnvrtc-builtins.so.12.9";
  private static final String RESOURCES = "/org/bytedeco/cuda/linux-x86_64/";

  private static String why = "it was not looked for";

  private NvrtcLibrary() {}

  /** Why {@link #load} found nothing. */
  static synchronized String whyMissing() {
    return why;
  }

  /** Loads the library; the folder that it came from, or empty for none. */
  static synchronized Optional<String> load() {
    boolean linux =
        System.getProperty("os.name", "").equals("Linux")
            && List.of("amd64", "x86_64").contains(System.getProperty("os.arch", ""));
    if (!linux) {
      why = "Weft loads it on x86-64 Linux only";
      return Optional.empty();
    }
    List<String> reasons = new ArrayList<>();
    String chosen = System.getProperty(PROPERTY, System.getenv(ENVIRONMENT));
    if (chosen != null) {
      Optional<String> loaded = loadFrom(Path.of(chosen), reasons);
      if (loaded.isEmpty()) {
        why = String.join("; ", reasons);
      }
      return loaded;
    }
    unpack(reasons);
    List<Path> folders = new ArrayList<>();
    folders.add(cache());
    folders.addAll(installed());
    for (Path folder : folders) {
      if (Files.exists(folder.resolve(LIBRARY))) {
        Optional<String> loaded = loadFrom(folder, reasons);
        if (loaded.isPresent()) {
          return loaded;
        }
      }
    }
    if (reasons.isEmpty()) {
      reasons.add("there is no " + LIBRARY + " on the class path, in " + cache() + " or installed");
    }
    why = String.join("; ", reasons);
    return Optional.empty();
  }

  /** Where the library is unpacked to. */
  static Path cache() {
    String xdg = System.getenv("XDG_CACHE_HOME");
    Path base =
        xdg == null || xdg.isEmpty()
            ? Path.of(System.getProperty("user.home", "."), ".cache")
            : Path.of(xdg);
    return base.resolve("weft").resolve("nvrtc-12.9");
  }

  private static List<Path> installed() {
    List<Path> folders = new ArrayList<>();
    Path local = Path.of("/usr/local");
    try (Stream<Path> entries = Files.list(local)) {
      entries
          .filter(entry -> entry.getFileName().toString().startsWith("cuda"))
          .sorted()
          .forEach(
              entry -> {
                folders.add(entry.resolve("lib64"));
                folders.add(entry.resolve("targets/x86_64-linux/lib"));
              });
    } catch (IOException e) {
      // No such folder, or not for us to read.
    }
    folders.add(Path.of("/usr/lib/x86_64-linux-gnu"));
    folders.add(Path.of("/usr/lib64"));
    return folders;
  }

  private static Optional<String> loadFrom(Path folder, List<String> reasons) {
    try {
      Path library = folder.resolve(LIBRARY).toRealPath();
      Path home = folder;
      try (Stream<Path> files = Files.list(folder)) {
        List<Path> builtIns =
            files
                .filter(
                    file ->
                        file.getFileName()
                            .toString()
                            .matches("libnvrtc-builtins\\.so\\.12(\\.\\d+)*"))
                .sorted()
                .toList();
        for (Path file : builtIns) {
          System.load(file.toRealPath().toString());
        }
      }
      System.load(library.toString());
      // The name that JCuda's library links to has to lead here.
      if (SymbolLookup.libraryLookup(library, Arena.global()).find("nvrtcVersion").isEmpty()) {
        reasons.add(library + " has no function nvrtcVersion");
        return Optional.empty();
      }
      return Optional.of(home.toString());
    } catch (IOException | RuntimeException | LinkageError e) {
      reasons.add(folder + ": " + e.getMessage());
      return Optional.empty();
    }
  }

  /** Unpacks cuda-redist's two files, if it is on the class path and they are not there yet. */
  private static void unpack(List<String> reasons) {
    for (String file : List.of(BUILT_INS, LIBRARY)) {
      Path target = cache().resolve(file);
      if (Files.exists(target)) {
        continue;
      }
      try (InputStream in = NvrtcLibrary.class.getResourceAsStream(RESOURCES + file)) {
        if (in == null) {
          return;
        }
        Files.createDirectories(cache());
        Path part = Files.createTempFile(cache(), file, ".part");
        try {
          Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
          Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
          Files.deleteIfExists(part);
        }
      } catch (IOException e) {
        reasons.add("cuda-redist can't be unpacked to " + cache() + ": " + e.getMessage());
        return;
      }
    }
  }
}
