// SPDX-License-Identifier: Apache-2.0
// `modscape sweep --verify N`: a random sample of a sweep's runs, integrated again by CVODE at rtol 1e-10.
#pragma once
#include "study/sweep_point.hpp"

namespace modscape::study {

struct Verification {
  std::int64_t runs = 0;                  ///< compared; fewer than asked for if some failed in the sweep
  std::int64_t wrong_counts = 0;          ///< runs whose number of spikes differs
  double worst = 0, p99 = 0, median = 0;  ///< ms: largest spike-time difference of a run, over the runs
};

/// Collective: each rank does its share. Stored as /provenance/verification, outside equality; if that many runs were
/// verified before, what was found then.
Verification verify_runs(const parallel::Communicator& comm, io::ResultsFile& file, const io::LiveTable& table,
                         const PointRunner& points, std::int64_t runs, std::uint64_t seed);

}  // namespace modscape::study
