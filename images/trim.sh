#!/bin/sh
# Remove what no notebook and no service reads: the libraries' own tests, with their data, and C headers.
set -eu
site=$(echo "$1"/lib/python3*/site-packages)
for library in mlflow numpy pandas pyarrow scipy sklearn matplotlib polars; do
  if [ -d "$site/$library" ]; then
    find "$site/$library" -type d -name tests -prune -exec rm -rf {} +
  fi
done
rm -rf "$site/pyarrow/include"
