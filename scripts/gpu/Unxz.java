import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tukaani.xz.XZInputStream;

/** {@code Unxz FROM.xz TO}: for machines without xz. */
public final class Unxz {
  private Unxz() {}

  public static void main(String[] args) throws Exception {
    Path to = Path.of(args[1]);
    Path part = Path.of(args[1] + ".part");
    try (InputStream in = new XZInputStream(Files.newInputStream(Path.of(args[0])));
        OutputStream out = Files.newOutputStream(part)) {
      in.transferTo(out);
    }
    Files.move(part, to);
  }
}
