# Sourced by ./weft, ./dev and .ci/run: finds a JDK that can build and run Weft, exports JAVA_HOME.
# Reads each JDK's `release` file instead of starting it, so that this costs a few milliseconds.

WEFT_JDK_MIN=25

# Prints the major version of the JDK in folder $1; fails where there is none.
jdk_major() {
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  local line
  while IFS= read -r line; do
    case "$line" in
      JAVA_VERSION=*)
        line=${line#*\"}
        line=${line%%[!0-9]*}
        [ -n "$line" ] && printf '%s\n' "$line" && return 0
        ;;
    esac
  done < "$1/release"
  return 1
}

# Candidates, one folder a line, the user's own choice first.
jdk_candidates() {
  [ -n "${JAVA_HOME:-}" ] && printf '%s\n' "$JAVA_HOME"
  local java
  if java=$(command -v java); then
    java=$(readlink -f "$java" 2>/dev/null || printf '%s' "$java")
    printf '%s\n' "${java%/bin/java}"
  fi
  local folder
  for folder in /usr/lib/jvm/* /usr/java/* /opt/java* /opt/java/* /opt/jdk* \
    "${HOME:-/nonexistent}"/.sdkman/candidates/java/* "${HOME:-/nonexistent}"/.jdks/* \
    "${HOME:-/nonexistent}"/.gradle/jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    [ -d "$folder" ] && printf '%s\n' "$folder"
  done
  [ -x /usr/libexec/java_home ] && /usr/libexec/java_home -v "$WEFT_JDK_MIN+" 2>/dev/null
  return 0
}

# Exports JAVA_HOME, or says what is missing and how to get it; $1 is who asks.
require_jdk() {
  local folder major found=""
  while IFS= read -r folder; do
    major=$(jdk_major "$folder") || continue
    if [ "$major" -ge "$WEFT_JDK_MIN" ]; then
      export JAVA_HOME="$folder"
      return 0
    fi
    found="$found
  $major in $folder"
  done < <(jdk_candidates)
  {
    echo "$1: needs a JDK $WEFT_JDK_MIN or newer (with javac)${found:+; found only:$found}"
    echo "Get one: https://adoptium.net/temurin/releases/?version=$WEFT_JDK_MIN"
    echo "  or    : sdk install java 25-tem        (https://sdkman.io)"
    echo "  or    : brew install --cask temurin@25 (macOS)"
    echo "then run this again. It looks at JAVA_HOME, at java on the PATH, in /usr/lib/jvm, /opt,"
    echo "~/.sdkman, ~/.jdks and, on macOS, where java_home says."
  } >&2
  return 1
}

# Maven through the wrapper, with its home where $HOME is (Java takes it from the user database).
weft_mvn() {
  local opts="${MAVEN_OPTS:-}"
  case "${HOME:-}" in
    "" | *[[:space:]]*) ;;
    *) opts="-Duser.home=$HOME $opts" ;;
  esac
  MAVEN_OPTS="$opts" "$WEFT_ROOT/mvnw" -B --no-transfer-progress -f "$WEFT_ROOT/pom.xml" "$@"
}
