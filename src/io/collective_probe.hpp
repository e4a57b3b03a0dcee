// SPDX-License-Identifier: Apache-2.0
// Counts files that collective MPI-IO writes corrupt on the user's file system, and those that our own independent
// writes corrupt (none, ever). docs/decisions/0003 tells what was found where and why the program never writes
// collectively.
#pragma once
#include <functional>
#include <string>

#include "parallel/communicator.hpp"

namespace modscape::io {

struct CollectiveProbe {
  int files = 0;                 ///< written by each way
  int collective_world = 0;      ///< corrupted of the first half, communicator as it is
  int collective_cartesian = 0;  ///< corrupted of the second half, Cartesian communicator
  int independent = 0;           ///< corrupted by the results file's own way of writing, on both kinds
};

/// Collective. Writes `files` small files of random shapes in `folder`, once collectively and once independently, reads
/// each back serially and compares it value by value. Leaves nothing behind. `damage` is for tests: called on rank 0
/// with each finished file and whether it was written collectively.
CollectiveProbe probe_collective(const parallel::Communicator& comm, const std::string& folder, int files,
                                 const std::function<void(const std::string& path, bool collective)>& damage = {});

}  // namespace modscape::io
