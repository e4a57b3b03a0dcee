// SPDX-License-Identifier: Apache-2.0
// The rounds of a sweep: round 0 is the design, later ones extend it or refine boundaries. The points of a round follow
// from the job and the complete rounds before it, so they do not depend on how the work was scheduled.
#pragma once
#include "core/shard.hpp"
#include "study/sweep_point.hpp"
#include "sweep/design.hpp"

namespace modscape::study {

class SweepRounds {
 public:
  /// BadInput if the job has rounds and the shard is not the whole: a round follows from all rows before it.
  SweepRounds(const config::SweepJob& job, const Shard& shard);

  /// One per round.
  const std::vector<io::LiveTable>& tables() const noexcept { return tables_; }
  std::int64_t size_of_design() const noexcept { return design_.size(); }

  /// Collective. The points of round `round`; those of a refinement are worked out on rank 0 from the rows of all
  /// rounds before. BadInput if nothing there can be refined.
  PointRunner::PointSource points(std::size_t round, const parallel::Communicator& comm, io::ResultsFile& file) const;
  /// Points of the design (round 0) alone.
  PointRunner::PointSource design_points() const;

 private:
  std::vector<double> refined(std::size_t round, io::ResultsFile& file) const;

  const config::SweepJob& job_;
  sweep::SweepDesign design_;
  std::vector<io::LiveTable> tables_;
};

}  // namespace modscape::study
