#!/bin/sh
# Remove of PyTorch's and Triton's wheels what no NVIDIA GPU and no program here reads: code for AMD's, archives to
# link a profiler with, a compiler of protocol buffers, and the debug information of Triton, which is half of it.
set -eu
site=$(echo "$1"/lib/python3*/site-packages)
rm -f "$site"/triton/backends/amd/lib/*.so "$site"/torch/bin/protoc*
find "$site/triton" -name '*.a' -delete
strip --strip-debug "$site/triton/_C/libtriton.so"
