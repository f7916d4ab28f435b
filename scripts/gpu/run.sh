#!/usr/bin/env bash
# Runs Weft's GPU tests and benchmarks on this machine. Needs x86-64 Linux with NVIDIA's driver; no
# Java, no CUDA toolkit, no network.
#   ./run.sh [RESULTS]    RESULTS: the folder for the results, ./results by default
#   WEFT_GPU_ONLY         tests, bench or peers: only that
#   WEFT_GPU_DEVICE       cuda:0 by default
# Ends with 0 if every test passed, 1 if one failed, 3 if there is no GPU.
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit 1
results=${1:-$here/results}
only=${WEFT_GPU_ONLY:-}
device=${WEFT_GPU_DEVICE:-cuda:0}
work=${WEFT_GPU_WORK:-$here/unpacked}
mkdir -p "$results" "$work" || exit 1
results=$(cd "$results" && pwd)

[ -x "$work/jre/bin/java" ] || tar -C "$work" -xzf "$here/jre.tar.gz" || exit 1
java="$work/jre/bin/java"
for file in libnvrtc.so.12 libnvrtc-builtins.so.12.9 lib.tar; do
  [ -e "$work/$file" ] || "$java" -cp "$(printf '%s:' "$here"/unxz/*.jar)" Unxz \
    "$here/$file.xz" "$work/$file" || exit 1
done
[ -d "$work/lib" ] || tar -C "$work" -xf "$work/lib.tar" || exit 1
classpath=$(printf '%s:' "$work"/lib/*.jar)
export WEFT_NVRTC="$work"
export WEFT_CACHE="$work/kernels"
options=(--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow
  "-Djava.io.tmpdir=$work" -Dweft.test.devices="$device")
weft() {
  "$java" "${options[@]}" -cp "$classpath" dev.weft.cli.Main "$@" < /dev/null
}

weft devices --json "$results/devices.json" | tee "$results/devices.txt"
{
  date -u +%Y-%m-%dT%H:%M:%SZ
  cat "$here/commit"
  command -v nvidia-smi > /dev/null && nvidia-smi --query-gpu=name,driver_version,memory.total,clocks.max.sm,power.limit \
    --format=csv 2>&1
} > "$results/machine.txt"
if ! grep -q "^$device:" "$results/devices.txt"; then
  echo "run.sh: there is no device $device here: nothing was run" >&2
  exit 3
fi

status=0
if [ -z "$only" ] || [ "$only" = tests ]; then
  (cd "$work" && "$java" "${options[@]}" -cp "$classpath" org.junit.platform.console.ConsoleLauncher execute \
    --select-package dev.weft.kernels \
    --include-classname '.*(CudaKernels|DefaultSchedules|HandScheduledKernels|ScalarSemantics)Test' \
    --reports-dir "$work/reports" --disable-banner --disable-ansi-colors --details=tree \
    > "$results/tests.txt" 2>&1) || status=1
  cp "$work"/reports/TEST-junit-jupiter.xml "$results/" 2>/dev/null
  tail -15 "$results/tests.txt"
fi

if [ -z "$only" ] || [ "$only" = bench ]; then
  # Name, then the arguments of weft bench.
  while read -r name arguments; do
    [ -n "$name" ] || continue
    echo "bench $name"
    # shellcheck disable=SC2086
    weft bench $arguments --device "$device" --json "$results/bench-$name.json" \
      > "$results/bench-$name.txt" 2>&1 || { status=1; tail -2 "$results/bench-$name.txt"; }
  done << 'END'
matmul-f32-1024 matmul --m 1024 --n 1024 --k 1024 --vs copy
matmul-f32-2048 matmul --m 2048 --n 2048 --k 2048
matmul-f32-4096 matmul --m 4096 --n 4096 --k 4096
matmul-f16-2048 matmul --m 2048 --n 2048 --k 2048 --dtype f16
matmul-f16-4096 matmul --m 4096 --n 4096 --k 4096 --dtype f16
matmul-f16-8192 matmul --m 8192 --n 8192 --k 8192 --dtype f16
window-sum window-sum --n 67108864 --window 3 --vs copy
softmax softmax --vs copy
layernorm layernorm --vs copy
reduce reduce --vs copy
transpose transpose --vs copy
elementwise elementwise --vs copy
conv2d conv2d
attention attention
END
fi

if [ -z "$only" ] || [ "$only" = peers ]; then
  if command -v python3 > /dev/null; then
    python3 "$here/peers.py" > "$results/peers.json" 2> "$results/peers.txt" \
      || echo "run.sh: no peers: $(tail -1 "$results/peers.txt")" >&2
  else
    echo "run.sh: no python3 here, so no peers" >&2
  fi
fi

# One file of everything, each part as it was written.
{
  printf '{"machine": ['
  sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&"/' "$results/machine.txt" | paste -sd, -
  printf '],\n"devices": '
  cat "$results/devices.json"
  printf ',\n"bench": {'
  comma=""
  for file in "$results"/bench-*.json; do
    [ -s "$file" ] || continue
    name=$(basename "$file" .json)
    printf '%s"%s": ' "$comma" "${name#bench-}"
    cat "$file"
    comma=","
  done
  printf '},\n"peers": '
  if [ -s "$results/peers.json" ]; then cat "$results/peers.json"; else printf 'null'; fi
  printf '}\n'
} > "$results/results.json"
echo "run.sh: $results/results.json"
exit $status
