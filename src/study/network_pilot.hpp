// SPDX-License-Identifier: Apache-2.0
// How long a network takes: its first moments, run without files.
#pragma once
#include <string>
#include <vector>

#include "config/job.hpp"
#include "parallel/communicator.hpp"

namespace modscape::study {

struct NetworkPilot {
  double building = 0.0, computing = 0.0;  ///< wall seconds
  double share = 0.0;                      ///< of the job's duration; 0: it failed at once
  std::vector<double> rates;               ///< Hz, of the populations
  std::string failure;                     ///< why it went no further, if it did not

  double seconds() const { return building + computing / share; }  ///< of the whole, without output
};

/// Collective. Builds the network and runs it for about `enough` seconds, at most to its end.
NetworkPilot pilot_network(const parallel::Communicator& comm, const config::NetworkJob& job, double enough);

}  // namespace modscape::study
