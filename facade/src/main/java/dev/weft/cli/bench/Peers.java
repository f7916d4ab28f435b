package dev.weft.cli.bench;

import dev.weft.base.InputException;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The peers on the class path, by name. */
public final class Peers {
  /** Those there is an adapter for, with what each needs on the class path. */
  private static final Map<String, String> KNOWN =
      Map.of(
          "openblas", "org.bytedeco:openblas-platform:0.3.31-1.5.13",
          "mkl", "org.bytedeco:mkl-platform-redist:2025.3-1.5.13",
          "onnxruntime", "com.microsoft.onnxruntime:onnxruntime:1.29.0");

  private final Map<String, Peer> found = new TreeMap<>();

  private Peers(Iterable<Peer> peers) {
    peers.forEach(peer -> found.put(peer.name(), peer));
  }

  /** Looks for peers. */
  public static Peers installed() {
    return new Peers(ServiceLoader.load(Peer.class));
  }

  /** These and no others. */
  static Peers of(List<Peer> peers) {
    return new Peers(peers);
  }

  /**
   * A peer.
   *
   * @throws InputException if there is none of that name; says how to get it
   */
  public Peer get(String name) {
    Peer peer = found.get(name);
    if (peer != null) {
      return peer;
    }
    String artifact = KNOWN.get(name);
    if (artifact != null) {
      throw missing(name, "its adapter is not on the class path", null);
    }
    throw new InputException(
        "there is no peer '" + name + "'",
        "--vs",
        "there is naive, copy, " + String.join(", ", new TreeMap<>(KNOWN).keySet()));
  }

  /** The error for a peer whose library can't be loaded. */
  public static InputException missing(String name, String why, @Nullable Throwable cause) {
    return new InputException(
        name + " can't be used: " + why,
        "--vs " + name,
        "start with ./weft bench, which fetches it, or put weft-peers and "
            + KNOWN.getOrDefault(name, name)
            + " on the class path, or leave it out",
        cause);
  }
}
