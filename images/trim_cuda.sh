#!/bin/sh
# Remove of PyTorch's and Triton's wheels what no NVIDIA GPU and no program here reads: code for AMD's, archives to
# link a profiler with, a compiler of protocol buffers, and the debug information of Triton, which is half of it.
set -eu
site=$(echo "$1"/lib/python3*/site-packages)
rm -f "$site"/torch/bin/protoc*
for triton in "$site/triton" "$site/tokenspeed_triton"; do
  if [ -d "$triton" ]; then
    rm -f "$triton"/backends/amd/lib/*.so
    find "$triton" -name '*.a' -delete
    strip --strip-debug "$triton/_C/libtriton.so"
  fi
done
