#!/usr/bin/env bash
# Puts what a container needs to run Weft on CUDA into a folder that must not exist yet: a Java
# runtime, the class path of ./weft (which must have been built), NVRTC and a launcher.
set -eu
out=$1
cd "$(dirname "$0")/../.."
WEFT_ROOT=$PWD
. scripts/jdk.sh
. scripts/nvrtc.sh
require_jdk image.sh
quick=facade/target/quick
[ -e "$quick/classpath" ] || { echo "image.sh: build first: ./weft --help" >&2; exit 1; }
[ ! -e "$out" ] || { echo "image.sh: $out is there already" >&2; exit 1; }

mkdir -p "$out/lib" "$out/nvrtc"
cp "$quick"/weft-*.jar "$out/lib/"
tr ':' '\n' < "$quick/classpath" | while IFS= read -r jar; do
  [ -z "$jar" ] || cp "$jar" "$out/lib/"
done
fetch_nvrtc
cp "$(nvrtc_folder)"/libnvrtc.so.12 "$(nvrtc_folder)"/libnvrtc-builtins.so.12.9 "$out/nvrtc/"
# java.desktop: pictures are inputs of models.
"$JAVA_HOME/bin/jlink" --output "$out/jre" --strip-debug --no-header-files --no-man-pages \
  --compress zip-6 --add-modules \
  java.base,java.desktop,java.logging,java.management,java.xml,jdk.unsupported,jdk.zipfs
cat > "$out/weft" << 'END'
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
export WEFT_NVRTC="$here/nvrtc"
exec "$here/jre/bin/java" --enable-native-access=ALL-UNNAMED \
  --sun-misc-unsafe-memory-access=allow -Xlog:disable ${WEFT_JAVA_OPTS:-} \
  -cp "$here/lib/*" dev.weft.cli.Main "$@"
END
chmod +x "$out/weft"
