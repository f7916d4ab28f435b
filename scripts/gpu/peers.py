"""What others take for the benchmarks' shapes on this GPU, as JSON on standard output.

Times torch (cuBLAS, cuDNN, its attention), CuPy and Triton, whichever are installed; ends with 1 if
none is. Each time is the median of runs on the device's clock, after warm-up, in milliseconds.
"""

import json
import statistics
import sys


def torch_times():
    import torch

    if not torch.cuda.is_available():
        raise RuntimeError("torch sees no CUDA device")
    torch.backends.cuda.matmul.allow_tf32 = False

    def timed(work, runs=30):
        for _ in range(5):
            work()
        torch.cuda.synchronize()
        times = []
        for _ in range(runs):
            begin = torch.cuda.Event(enable_timing=True)
            end = torch.cuda.Event(enable_timing=True)
            begin.record()
            work()
            end.record()
            end.synchronize()
            times.append(begin.elapsed_time(end))
        return {"median_ms": statistics.median(times), "best_ms": min(times), "runs": runs}

    times = {}
    dtypes = {"f32": torch.float32, "f16": torch.float16, "bf16": torch.bfloat16}
    for name, dtype in dtypes.items():
        for size in (1024, 2048, 4096, 8192):
            if name == "f32" and size == 8192:
                continue
            a = torch.randn(size, size, device="cuda", dtype=dtype)
            b = torch.randn(size, size, device="cuda", dtype=dtype)
            c = torch.empty(size, size, device="cuda", dtype=dtype)
            result = timed(lambda: torch.matmul(a, b, out=c))
            result["tflops"] = 2 * size**3 / result["median_ms"] / 1e9
            times[f"matmul-{name}-{size}"] = result
    x = torch.randn(1 << 28, device="cuda")
    y = torch.empty_like(x)
    copy = timed(lambda: y.copy_(x))
    copy["gbytes_per_s"] = 2 * x.numel() * 4 / copy["median_ms"] / 1e6
    times["copy"] = copy
    rows = torch.randn(8192, 4096, device="cuda")
    times["softmax-8192x4096"] = timed(lambda: torch.softmax(rows, dim=-1))
    weight = torch.ones(4096, device="cuda")
    times["layernorm-8192x4096"] = timed(
        lambda: torch.nn.functional.layer_norm(rows, (4096,), weight, weight)
    )
    for length in (1024, 16384):
        q = torch.randn(1, 16, length, 128, device="cuda", dtype=torch.float16)
        attention = timed(
            lambda: torch.nn.functional.scaled_dot_product_attention(q, q, q), runs=10
        )
        attention["tflops"] = 4 * 16 * length**2 * 128 / attention["median_ms"] / 1e9
        times[f"attention-f16-16x{length}x128"] = attention
    return {"version": torch.__version__, "cuda": torch.version.cuda, "times": times}


def cupy_times():
    import cupy
    from cupyx.profiler import benchmark

    times = {}
    for size in (1024, 2048, 4096):
        a = cupy.random.rand(size, size, dtype=cupy.float32)
        b = cupy.random.rand(size, size, dtype=cupy.float32)
        run = benchmark(cupy.matmul, (a, b), n_repeat=20, n_warmup=5)
        times[f"matmul-f32-{size}"] = {"median_ms": float(cupy.median(run.gpu_times)) * 1e3}
    return {"version": cupy.__version__, "times": times}


def triton_version():
    import triton

    return {"version": triton.__version__}


def main():
    peers = {}
    for name, run in (("torch", torch_times), ("cupy", cupy_times), ("triton", triton_version)):
        try:
            peers[name] = run()
        except Exception as e:  # Whatever is missing or broken is told and left out.
            print(f"{name}: {type(e).__name__}: {e}", file=sys.stderr)
    json.dump(peers, sys.stdout, indent=1)
    return 0 if peers else 1


if __name__ == "__main__":
    sys.exit(main())
