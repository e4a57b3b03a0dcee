// SPDX-License-Identifier: Apache-2.0
// [design], [ranges], [axes] and [[round]] of a sweep.
#pragma once
#include "config/sweep_parameters.hpp"
#include "config/table_reader.hpp"

namespace modscape::config {

/// Where a parameter is varied, and its extremes.
struct Varied {
  std::string name;
  Place place;
  double lower = NAN, upper = NAN;
  bool conditional = false;  ///< it also has a value of its own, where the axis does not exist
  bool followed = false;     ///< by continuation: every point of the design needs both ends
};

struct DesignInput {
  Design design;
  std::vector<Varied> varied;
  double most_points = 1;  ///< of the design: as if every conditional axis existed everywhere
  const Varied* find(std::string_view name) const;
};

DesignInput read_design(TableReader& root, const std::string& job_path, const std::vector<SweepParameter>& parameters,
                        ProblemList& problems);

/// [neuron] beside a design: values of what the design does not vary. `varied_in` is for messages.
void read_designed_neuron(TableReader& table, const DesignInput& design, const std::string& varied_in,
                          NeuronDesign& into, ProblemList& problems);

std::vector<Round> read_rounds(TableReader& root, const DesignInput& input);

/// A part of kind grid from a table of axes. `place` is that of the part.
void read_axes(TableReader axes, TableReader& part, const std::vector<SweepParameter>& parameters, DesignPart& into,
               std::vector<Varied>& varied);

/// A part of kind csv: columns named by the parameters, with their unit or without (C_m, "C_m (pF)", C_m_pF). BadInput
/// with file:line.
void read_design_csv(const std::string& path, const std::vector<SweepParameter>& parameters, DesignPart& into);

/// Extremes of the columns of a part of kind list or csv.
void add_columns(const DesignPart& part, Place place, std::vector<Varied>& varied);

inline constexpr std::int64_t most_points = std::int64_t{1} << 40;

}  // namespace modscape::config
