# Sourced by ./dev: NVRTC, the CUDA compiler as a library, for machines without a CUDA toolkit. It is
# in JavaCPP's cuda-redist (360 MB, of which two files are kept, 113 MB).

nvrtc_folder() {
  printf '%s\n' "${XDG_CACHE_HOME:-$HOME/.cache}/weft/nvrtc-12.9"
}

# Fetches NVRTC to the user's cache, where the tests and ./weft find it; fails where that can't be.
fetch_nvrtc() {
  local folder version jar log
  folder=$(nvrtc_folder)
  [ -e "$folder/libnvrtc.so.12" ] && [ -e "$folder/libnvrtc-builtins.so.12.9" ] && return 0
  [ "$(uname -sm)" = "Linux x86_64" ] || return 1
  version=$(sed -n 's:.*<cuda-redist.version>\(.*\)</cuda-redist.version>.*:\1:p' "$WEFT_ROOT/pom.xml")
  jar="$HOME/.m2/repository/org/bytedeco/cuda-redist/$version/cuda-redist-$version-linux-x86_64.jar"
  mkdir -p "$folder" || return 1
  log=$(mktemp)
  if [ ! -e "$jar" ]; then
    echo "dev: fetching NVRTC (360 MB, once) ..." >&2
    if ! weft_mvn -q org.apache.maven.plugins:maven-dependency-plugin:3.9.0:get -N \
      -Dartifact="org.bytedeco:cuda-redist:$version:jar:linux-x86_64" -Dtransitive=false \
      > "$log" 2>&1 < /dev/null; then
      tail -3 "$log" >&2
      rm -f "$log"
      return 1
    fi
  fi
  rm -f "$log"
  "$JAVA_HOME/bin/jar" --extract --file "$jar" --dir "$folder" \
    org/bytedeco/cuda/linux-x86_64/libnvrtc-builtins.so.12.9 \
    org/bytedeco/cuda/linux-x86_64/libnvrtc.so.12 || return 1
  mv "$folder"/org/bytedeco/cuda/linux-x86_64/libnvrtc-builtins.so.12.9 "$folder/" \
    && mv "$folder"/org/bytedeco/cuda/linux-x86_64/libnvrtc.so.12 "$folder/" || return 1
  rm -rf "$folder/org"
}
