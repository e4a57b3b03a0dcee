// SPDX-License-Identifier: Apache-2.0
// One epoch of a network that is recorded, and why it may not go on: the same for a run of its own and for a point of a
// sweep.
#pragma once
#include <optional>
#include <string>

#include "config/job.hpp"
#include "io/results_file.hpp"
#include "network/simulation.hpp"
#include "study/network_recorder.hpp"

namespace modscape::study {

struct NetworkHalt {
  io::RowStatus status;  ///< empty: it was asked to stop, and could go on
  std::string reason;    ///< for the user; empty if it was asked to stop
};

/// Collective. What the failures of the last epoch mean; there is one.
NetworkHalt halted_by(const network::Simulation& simulation, const config::NetworkJob& job);

/// Collective, the same answer on all ranks. At most up to job.duration. `time_to_stop`: seconds before the wall-time
/// limit at which the run must end.
std::optional<NetworkHalt> advance_epoch(network::Simulation& simulation, NetworkRecorder& recorder,
                                         const config::NetworkJob& job, double time_to_stop);

}  // namespace modscape::study
