// SPDX-License-Identifier: Apache-2.0
// Recordings of a neuron before and after a known effect, the study that infers it, and what it found.
#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "io/results_file.hpp"
#include "study/study.hpp"
#include "support/study_job.hpp"

namespace modscape::test_support {

inline const models::AdexParameters effect_base{110, 4, -85, -45, 2.0, 0.2, 120, 80, -60, 0, 2};

struct TrueEffect {
  std::string family;
  models::AdexParameters modulated;
  double size = NAN;  ///< of the family's only number, as the file states it
};

inline TrueEffect true_effect(const std::string& family) {
  TrueEffect truth{family, effect_base, NAN};
  if (family == "E_L") truth.modulated.E_L += truth.size = 18.0;
  if (family == "V_T") truth.modulated.V_T += truth.size = -14.0;
  if (family == "g_L") truth.modulated.g_L += truth.size = -1.5;
  if (family == "b") truth.modulated.b += truth.size = 180.0;
  return truth;
}

/// Sixteen cells per condition, 0 to 300 pA. Four parameters of the base are unknown, the others known: a search of a
/// few seconds.
inline config::StudyJob effect_study(const TrueEffect& truth, std::uint64_t seed) {
  const CellProtocol protocol{current_steps(0, 300, 20), 500.0, 16, 20.0};
  config::StudyJob job = study_of(record_cells(effect_base, protocol, "control", seed, 0),
                                  record_cells(truth.modulated, protocol, "modulated", seed, 1));
  job.neuron = effect_base;
  const std::vector<std::string> unknown{"C_m", "g_L", "b", "V_r"};
  std::erase_if(job.ranges,
                [&](const config::Range& range) { return std::ranges::find(unknown, range.name) == unknown.end(); });
  job.max_current = 400.0;
  job.points = 2048;
  job.rounds = 3;
  job.draws = 256;
  job.accepted = 64;
  job.seed = seed;
  job.effect.wanted = true;
  job.effect.rounds = 6;
  job.effect.draws = 256;
  job.effect.pairs = false;
  return job;
}

/// The stage /effect/control_to_modulated of a finished file.
class FoundEffects {
 public:
  explicit FoundEffects(const std::string& path) : file_(path), families_(file_.strings(stage + "/family_label")) {}

  std::size_t index(const std::string& family) const {
    return static_cast<std::size_t>(std::ranges::find(families_, family) - families_.begin());
  }
  std::string judgement(const std::string& family) const { return of<std::string>("judgement", family); }
  double number(const std::string& column, const std::string& family) const { return of<double>(column, family); }
  bool rejected(const std::string& family) const { return judgement(family).starts_with("rejected"); }
  /// The 95 % interval of the family's first number holds `size`.
  bool covers(const std::string& family, double size) const {
    const std::vector<std::int32_t> owner = file_.i32(stage + "/effect_family");
    const auto e =
        static_cast<std::size_t>(std::ranges::find(owner, static_cast<std::int32_t>(index(family))) - owner.begin());
    return file_.f64(stage + "/effect_low")[e] <= size && size <= file_.f64(stage + "/effect_high")[e];
  }
  const std::vector<std::string>& families() const { return families_; }
  const io::TreeReader& file() const { return file_; }
  inline static const std::string stage = "/effect/control_to_modulated";

 private:
  template <class T>
  T of(const std::string& column, const std::string& family) const {
    if constexpr (std::is_same_v<T, std::string>)
      return file_.strings(stage + "/" + column)[index(family)];
    else
      return file_.f64(stage + "/" + column)[index(family)];
  }
  io::TreeReader file_;
  std::vector<std::string> families_;
};

}  // namespace modscape::test_support
