#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Sourced by the scripts beside it: strict mode, the project's root as working directory, build and MPI helpers.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Open MPI counts cores, not hardware threads, and binds the first ranks of every job to the same cores: on the small
# machines these scripts are for, let ranks share cores and move. As root (containers) it wants to be asked twice.
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none
export OMPI_MCA_btl_vader_single_copy_mechanism=none # containers forbid process_vm_readv
if (($(nproc) < 2)); then export OMPI_MCA_mpi_yield_when_idle=1; fi
if ((EUID == 0)); then export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; fi
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 # one rank, one core

say() { printf '\n== %s\n' "$*"; }

# build PRESET [TARGET...]: configure (a second or two, also when nothing changed) and build.
build() {
  local preset=$1 launcher=()
  shift
  if command -v ccache >/dev/null; then launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache -DCMAKE_C_COMPILER_LAUNCHER=ccache); fi
  say "build ($preset)"
  cmake --preset "$preset" "${launcher[@]}" --log-level=WARNING
  cmake --build "build/$preset" ${1:+--target "$@"}
}
