# Sourced by ./dev: packs what a bare machine with an NVIDIA GPU needs into one folder.

# The limit of the whole folder in MiB.
GPU_PACK_MAX=60

# Packs. $1: the folder to make; $2: class path of the tests, folders and jars, separated by colons.
gpu_pack() {
  local out=$1 entries=$2 home=scripts/gpu work
  local folder xz_jar console
  folder=$(nvrtc_folder)
  fetch_nvrtc || { echo "dev gpu: NVRTC can't be fetched" >&2; return 1; }
  command -v xz > /dev/null || { echo "dev gpu: needs xz to pack" >&2; return 1; }
  xz_jar=$(gpu_jar org.tukaani xz 1.10) || return 1
  console=$(gpu_jar org.junit.platform junit-platform-console-standalone 1.14.1) || return 1
  rm -rf "$out"
  mkdir -p "$out/lib" || return 1

  echo "dev gpu: the class path ..." >&2
  local number=0 entry name
  local IFS=:
  for entry in $entries; do
    unset IFS
    name=$(basename "$entry")
    number=$((number + 1))
    case "$name" in
      # Peers and checkers that the tests of a GPU do without; the console has JUnit in it.
      onnxruntime-* | openblas-* | mkl-* | javacpp-* | byte-buddy-* | archunit-* | jmh-* \
        | junit-* | opentest4j-* | apiguardian-* | jqwik-* | jopt-simple-* | commons-math3-*) ;;
      jcuda-natives-*)
        work=$(mktemp -d)
        (cd "$work" && "$JAVA_HOME/bin/jar" --extract --file "$entry" \
          && rm -f lib/libJNvPTXCompiler-* lib/libJCudaRuntime-* \
          && "$JAVA_HOME/bin/jar" --create --file "$work.jar" -C "$work" .) || return 1
        mv "$work.jar" "$out/lib/$name"
        rm -rf "$work"
        ;;
      *.jar) [ -e "$entry" ] && cp "$entry" "$out/lib/$name" ;;
      *)
        if [ -d "$entry" ] && [ -n "$(ls -A "$entry")" ]; then
          "$JAVA_HOME/bin/jar" --create --file "$out/lib/$(printf 'weft-%03d.jar' "$number")" \
            -C "$entry" . || return 1
        fi
        ;;
    esac
    IFS=:
  done
  unset IFS
  cp "$console" "$out/lib/" || return 1
  # Stored, so that all of them are compressed as one: half as large.
  for entry in "$out"/lib/*.jar; do
    work=$(mktemp -d)
    (cd "$work" && "$JAVA_HOME/bin/jar" --extract --file "$entry" && mkdir -p META-INF \
      && touch META-INF/MANIFEST.MF && mv META-INF/MANIFEST.MF "$work.manifest" \
      && "$JAVA_HOME/bin/jar" --create --no-compress --file "$entry" \
        --manifest "$work.manifest" -C "$work" .) || return 1
    rm -rf "$work" "$work.manifest"
  done
  tar -C "$out" -cf - lib | xz -9 -c > "$out/lib.tar.xz" || return 1
  rm -rf "$out/lib"
  mkdir -p "$out/unxz" || return 1
  work=$(mktemp -d)
  "$JAVA_HOME/bin/javac" -cp "$xz_jar" -d "$work" "$home/Unxz.java" || return 1
  "$JAVA_HOME/bin/jar" --create --file "$out/unxz/unxz.jar" -C "$work" . || return 1
  cp "$xz_jar" "$out/unxz/"
  rm -rf "$work"

  echo "dev gpu: the Java runtime ..." >&2
  work=$(mktemp -d)
  "$JAVA_HOME/bin/jlink" --output "$work/jre" --strip-debug --no-header-files --no-man-pages \
    --compress zip-0 \
    --add-modules java.base,java.logging,java.management,java.xml,jdk.unsupported,jdk.zipfs \
    || return 1
  tar -C "$work" -czf "$out/jre.tar.gz" jre || return 1
  rm -rf "$work"

  for name in libnvrtc.so.12 libnvrtc-builtins.so.12.9; do
    if [ ! -e "$folder/$name.xz" ]; then
      echo "dev gpu: compressing $name (once, minutes) ..." >&2
      xz -9 -T2 -k -c "$folder/$name" > "$folder/$name.xz.part" \
        && mv "$folder/$name.xz.part" "$folder/$name.xz" || return 1
    fi
    cp "$folder/$name.xz" "$out/" || return 1
  done
  cp "$home/run.sh" "$home/peers.py" "$out/" || return 1
  chmod +x "$out/run.sh"
  git rev-parse HEAD > "$out/commit" 2>/dev/null || echo unknown > "$out/commit"

  local size
  size=$(du -sm "$out" | cut -f1)
  echo "dev gpu: $out, $size MiB" >&2
  [ "$size" -lt "$GPU_PACK_MAX" ] || {
    echo "dev gpu: more than $GPU_PACK_MAX MiB: see what is large in it" >&2
    return 1
  }
}

# Prints the path of a jar of the local Maven repository, fetched if it is not there.
gpu_jar() {
  local jar="$HOME/.m2/repository/${1//.//}/$2/$3/$2-$3.jar"
  if [ ! -e "$jar" ]; then
    weft_mvn -q org.apache.maven.plugins:maven-dependency-plugin:3.9.0:get -N \
      -Dartifact="$1:$2:$3" -Dtransitive=false > /dev/null 2>&1 < /dev/null
  fi
  [ -e "$jar" ] || { echo "dev gpu: can't fetch $1:$2:$3" >&2; return 1; }
  printf '%s\n' "$jar"
}

# The class path of kernels-test's tests, built quickly.
gpu_classpath() {
  local file="$WEFT_ROOT/kernels-test/target/gpu-classpath"
  weft_mvn -q -Dweft.quick -DskipTests -pl kernels-test -am package \
    org.apache.maven.plugins:maven-dependency-plugin:3.9.0:build-classpath \
    -Dmdep.includeScope=test -Dmdep.outputFile="$file" < /dev/null >&2 || return 1
  printf '%s:%s:%s\n' "$WEFT_ROOT/kernels-test/target/test-classes" \
    "$WEFT_ROOT/kernels-test/target/classes" "$(cat "$file")"
}
