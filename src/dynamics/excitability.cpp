// SPDX-License-Identifier: Apache-2.0
#include "dynamics/excitability.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "dynamics/attractors.hpp"
#include "dynamics/spiking_cycle.hpp"

namespace modscape::dynamics {
namespace {

using ephys::Regime;

/// A special point or the end of a branch: between two of them nothing changes.
struct Cut {
  double at;
  PointKind kind;
};

/// `near`: how far the last point of a branch may be from the special point that the branch ends in.
std::vector<Cut> cuts_of(const Diagram& diagram, const SpanOptions& options, double near) {
  std::vector<Cut> cuts;
  for (const DiagramSpecial& special : diagram.special) cuts.push_back({special.at.parameter, special.kind});
  for (const DiagramBranch& branch : diagram.branches)
    for (const DiagramPoint* end : {&branch.points.front(), &branch.points.back()}) {
      const auto beside = [&](const DiagramSpecial& special) {
        return std::abs(special.at.parameter - end->parameter) < near;
      };
      if (std::ranges::none_of(diagram.special, beside)) cuts.push_back({end->parameter, PointKind::none});
    }
  std::erase_if(cuts, [&](const Cut& cut) { return !(cut.at > options.from && cut.at < options.to); });
  cuts.push_back({options.from, PointKind::none});
  cuts.push_back({options.to, PointKind::none});
  std::ranges::stable_sort(cuts, {}, &Cut::at);
  return cuts;
}

bool is_tonic(const SpikingCycle& cycle) {
  return std::ranges::all_of(spikes_per_burst(cycle.intervals), [](std::size_t n) { return n == 1; });
}

/// Of several ways to fire that coexist, one with a pause gives the word.
SettledRegime firing_of(const std::vector<SpikingCycle>& cycles, bool rest) {
  const auto fewest = std::ranges::min(cycles, {}, &SpikingCycle::spikes).spikes();
  const Regime word = std::ranges::all_of(cycles, is_tonic) ? Regime::tonic : Regime::bursting;
  return {rest ? Regime::rest_and_spiking : word, static_cast<int>(fewest)};
}

/// By iteration of the adaptation map: for irregular firing and for cycles of more spikes than the diagram follows.
std::optional<SettledRegime> iterated(const DrivenNeuron& at) {
  std::vector<SpikingCycle> cycles;
  for (const double w : typical_resets(at)) {
    SettledFiring firing = settle(at, w);
    if (firing.outcome == Settled::irregular) return SettledRegime{Regime::irregular, -1};
    if (firing.outcome == Settled::cycle) cycles.push_back(std::move(firing.cycle));
  }
  if (cycles.empty()) return std::nullopt;
  return firing_of(cycles, false);
}

/// Nothing if it cannot be told.
std::optional<SettledRegime> regime_at(const NeuronPath& path, const Diagram& diagram, double place) {
  const Attractors found = attractors_at(path, diagram, place);
  if (!found.certain) return std::nullopt;
  if (found.cycles.empty()) return found.rest ? SettledRegime{} : iterated(path.at(place));
  return firing_of(found.cycles, found.rest);
}

}  // namespace

RegimeSpans regime_spans(const NeuronPath& path, const SpanOptions& options) {
  // Between special points a word does not depend on how densely the branch was followed. An end with an infinite
  // period is near enough within a thousandth of the least piece: what lies between differs by less than that.
  constexpr double longest = 2.0, finest = 1e-5, share_of_least = 1e-3;
  DiagramOptions drawing{.from = options.from, .to = options.to};
  drawing.max_step = longest;
  drawing.min_step = std::max(finest, share_of_least * options.least / path.scale());
  const Diagram drawn = diagram(path, ParameterInfo{}, drawing);  // its name is for labels, which nobody sees
  const std::vector<Cut> cuts = cuts_of(drawn, options, 1e-3 * path.scale());
  RegimeSpans spans;
  PointKind begins_with = PointKind::none;
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    if (cuts[i].kind != PointKind::none) begins_with = cuts[i].kind;
    const double width = cuts[i + 1].at - cuts[i].at;
    if (width <= options.least) continue;
    std::optional<SettledRegime> settled;
    for (const double share : {0.5, 0.31, 0.73})
      if (!settled) settled = regime_at(path, drawn, cuts[i].at + share * width);
    if (!settled) return {};
    if (spans.empty() || spans.back().settled != *settled) {
      // What was left out between two pieces belongs to the later one.
      const double from = spans.empty() ? options.from : spans.back().to;
      spans.push_back({from, cuts[i + 1].at, *settled, spans.empty() ? PointKind::none : begins_with});
    }
    spans.back().to = cuts[i + 1].at;
    begins_with = PointKind::none;
  }
  if (!spans.empty()) spans.back().to = options.to;
  return spans;
}

Excitability excitability(const models::ModulatedNeuron& neuron, const SpanOptions& currents) {
  const double offset = neuron.current_offset;
  const NeuronPath path = NeuronPath::of_parameter({neuron.parameters, 0.0}, "current");
  SpanOptions options = currents;
  options.from += offset;
  options.to += offset;
  Excitability made{regime_spans(path, options), adex_landmarks(neuron.parameters).onset};
  for (RegimeSpan& span : made.spans) {
    span.from -= offset;
    span.to -= offset;
  }
  return made;
}

std::string to_string_of_changes(std::int32_t changes) {
  std::string text;
  for (std::size_t bit = 0; bit < names_of_changes.size(); ++bit)
    if ((changes & (1 << bit)) != 0) text += (text.empty() ? "" : ", ") + std::string(names_of_changes[bit]);
  return text.empty() ? "nothing" : text;
}

std::int32_t regime_changes(const Excitability& a, const Excitability& b) {
  const auto fires = [](const RegimeSpan& span) { return span.settled.regime != Regime::rest; };
  const auto bistable = [](const RegimeSpan& span) { return span.settled.regime == Regime::rest_and_spiking; };
  const auto pattern = [&](const Excitability& neuron) {
    std::vector<Regime> words;
    for (const RegimeSpan& span : neuron.spans)
      if (fires(span) && !bistable(span) && (words.empty() || words.back() != span.settled.regime))
        words.push_back(span.settled.regime);
    return words;
  };
  const bool a_fires = std::ranges::any_of(a.spans, fires), b_fires = std::ranges::any_of(b.spans, fires);
  std::int32_t changes = no_change_of_regime;
  // Without input: firing alone, or not; beside a stable rest it is bistability.
  const auto spontaneous = [&](const RegimeSpan& first) { return fires(first) && !bistable(first); };
  if (spontaneous(a.spans.front()) != spontaneous(b.spans.front())) changes |= changes_spontaneous;
  if (a_fires != b_fires) changes |= changes_excitable;
  if (a.onset != b.onset) changes |= changes_onset;
  // Where firing is always beside rest within the range, there is no word for it.
  if (!pattern(a).empty() && !pattern(b).empty() && pattern(a) != pattern(b)) changes |= changes_pattern;
  if (std::ranges::any_of(a.spans, bistable) != std::ranges::any_of(b.spans, bistable)) changes |= changes_bistability;
  return changes;
}

}  // namespace modscape::dynamics
