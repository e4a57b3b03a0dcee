// SPDX-License-Identifier: Apache-2.0
// What a study will compute and where it goes: grids, tables and their columns, derived from the job alone.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "config/job.hpp"
#include "fit/effect_families.hpp"
#include "fit/fi_prediction.hpp"
#include "fit/parameter_space.hpp"
#include "io/results_file.hpp"

namespace modscape::study {

struct Plan {
  fit::ParameterSpace space;
  fit::FiProtocol grid;                 ///< currents of the exploration
  std::vector<double> data_currents;    ///< union of the conditions' currents
  std::vector<double> regime_currents;  ///< 0 and the grid above it
  io::LiveTable exploration;
  std::vector<std::vector<io::LiveTable>> rounds;  ///< [condition][round]
  std::vector<io::LiveTable> models;               ///< [condition] posterior draws
  std::vector<io::LiveTable> null_models;   ///< [condition] draws of the tempered posterior, for the null of verdicts
  std::vector<fit::EffectFamily> families;  ///< of effects; none unless the job asks for them
  std::vector<std::vector<io::LiveTable>> effect_rounds;  ///< [pair][round]: rows of all families in turn
  /// [pair][round] the same between random halves of the first condition, for the null of verdicts: families kept.
  std::vector<std::vector<io::LiveTable>> effect_null_rounds;
  std::vector<io::LiveTable> paths, null_paths;  ///< [pair] posterior draws of the families kept, and of their null
  solvers::IntegratorOptions ensemble;           ///< of everything but the CVODE check

  std::vector<io::LiveTable> tables() const;
  io::FileLayout layout(const config::Job& job) const;
  std::int64_t bytes() const;  ///< of all live tables
};

Plan make_plan(const config::StudyJob& job);

/// Column positions of a point table (exploration, rounds): the sampled parameters come first.
struct PointColumns {
  std::size_t counts, rheobase, count_at_rheobase, spontaneous;
};
PointColumns point_columns(const Plan& plan);

/// Column positions of a table of effects: the family and the sampled parameters of the base come first.
struct EffectColumns {
  std::size_t family, base, effect, rheobase_from, rheobase_to, log_likelihood_from, log_likelihood_to;
};
EffectColumns effect_columns(const Plan& plan);
/// Numbers of an effect that a row has room for; a family with fewer leaves the last ones NaN.
inline constexpr std::size_t effect_numbers = 2;

/// The attribute of a column of positions in Plan::families that names them.
std::map<std::string, std::string> family_meanings(const Plan& plan);

/// Name of a pair in paths: off_to_on.
std::string pair_name(const config::PairJob& pair);

/// Position of a column by name; a missing one is a bug.
std::size_t column_index(const io::LiveTable& table, const std::string& name);

}  // namespace modscape::study
