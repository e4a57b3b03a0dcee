// SPDX-License-Identifier: Apache-2.0
// `modscape network`: a spiking network from start to end in one results file: spikes as SONATA has them, rates and
// statistics of the populations. An interrupted run goes on from its last checkpoint, on any number of ranks, and ends
// with the same file.
#pragma once
#include <string>

#include "config/job.hpp"
#include "parallel/communicator.hpp"

namespace modscape::study {

struct NetworkOutcome {
  enum class End {
    done,
    already_done,
    stopped,  ///< asked to, or by the wall-time limit; a later start goes on
    broken    ///< runaway excitation, a neuron that cannot go on, a log that is full: see `reason`
  };
  End end = End::done;
  std::string reason;
  double biological = 0.0, wall = 0.0;  ///< s of this session, without building
};

/// Collective. `force` replaces a file of another job.
NetworkOutcome run_network_job(const parallel::Communicator& comm, const config::Job& job, const std::string& path,
                               bool force);

/// Collective. BadInput unless the nodes have memory for networks on groups of so many ranks, all at once.
void require_memory(const parallel::Communicator& comm, const config::NetworkJob& job, int ranks);

/// What --dry-run prints: sizes, memory and exchange per rank if neurons fire at 10 Hz, output, and time from a pilot
/// (where the network fits into memory). Collective; the text is rank 0's.
std::string network_plan_text(const parallel::Communicator& comm, const config::Job& job);

/// Of the network alone: lines of neurons, synapses, and memory and exchange on so many ranks.
struct NetworkSize {
  double synapses;
  double memory;  ///< bytes of each rank without its spikes, whose number nobody knows
  std::string text;
};
NetworkSize network_size(const config::NetworkJob& job, int ranks);

}  // namespace modscape::study
