// SPDX-License-Identifier: Apache-2.0
// What `modscape doctor` measures on the user's file system.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "parallel/communicator.hpp"

namespace modscape::io {

struct ProbeResult {
  std::string name;
  bool ok = false;
  std::string text;    ///< what was measured
  std::string advice;  ///< what to do if not ok
};
/// Collective. Writes and reads back a small file with the results file's own (independent) write path, and checks file
/// locking, the open-file limit and free space in `folder`. Leaves nothing behind.
std::vector<ProbeResult> probe_storage(const parallel::Communicator& comm, const std::string& folder);

}  // namespace modscape::io
