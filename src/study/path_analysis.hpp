// SPDX-License-Identifier: Apache-2.0
// Paths from a base model to the model under an effect, followed by continuation: which regimes the neuron has along
// the current at both ends, where on the way that changes, and what it does along the effect at one current
// (docs/verdict.md).
#pragma once
#include <string>
#include <vector>

#include "dynamics/verdict.hpp"
#include "study/effect_inference.hpp"

namespace modscape::study {

/// One path as handed to the ranks.
struct EffectPath {
  std::int32_t family = 0;  ///< position in Plan::families
  double source = 0.0;      ///< point of the family's search
  EffectDraw draw;
  template <class Archive>
  void serialize(Archive& ar, unsigned) {
    ar & family & source & draw;
  }
};

/// The paths of a table, and what they are looked at by.
struct PathQuestion {
  std::vector<EffectPath> paths;  ///< of the table's rows
  bool along_effect = false;      ///< also where on the way regimes change; not needed of paths for the null
  double current = 0.0;           ///< pA, that the paths are followed along their effect at
  template <class Archive>
  void serialize(Archive& ar, unsigned) {
    ar & paths & along_effect & current;
  }
};

/// Columns of a table of paths; axes and columns are appended.
void add_path_columns(const Plan& plan, io::LiveTable& table);

/// Which families of a finished search a verdict must hold under: those kept; if the kept one is that of no effect,
/// the families of one number that are not rejected, since they say how large an effect may still be. At most six,
/// those with the highest evidence.
std::vector<std::size_t> families_to_follow(const std::vector<fit::FamilyFit>& fits);

/// `rows` paths shared by `families` (positions in Plan::families, all of them in the search) in turn: row r has
/// families[r % n]. Pure.
std::vector<EffectPath> paths_of(const EffectSearch& search, const std::vector<std::size_t>& families,
                                 std::int64_t rows);

/// A data current between the rheobases that the paths lead from and to.
double current_between(const std::vector<EffectPath>& paths, const std::vector<double>& data_currents);

/// Seconds that one path and its path of the null take here, from a few paths of base models at `z` (of the prior,
/// row-major, as many as `points` has rows; of these, those that explain the pair's first condition best) under
/// single effects of typical size, both ways. 0: none of them is possible.
double seconds_per_path(const config::StudyJob& job, const Plan& plan, const std::vector<double>& z,
                        io::RowBlock& points, solvers::SpikeIntegrator& integrator);

/// Fills the block's rows of a table of paths.
void follow_paths(const PathQuestion& question, const Plan& plan, solvers::SpikeIntegrator& integrator,
                  io::RowBlock& block);

/// A finished table of paths, of one family, as its verdict needs it.
struct FollowedPaths {
  dynamics::Paths paths;  ///< those whose regimes could be told
  double undecided = 0.0, latent = 0.0;
  std::vector<PointResult> from, to;  ///< of the paths: what their likelihood follows from
  std::vector<double> critical;       ///< fraction of the effect at which switching paths switch
  std::vector<std::int32_t> changes;  ///< bits of dynamics::RegimeChange
};
FollowedPaths read_paths(const io::LiveTable& table, io::RowBlock& rows, std::int32_t family);

}  // namespace modscape::study
