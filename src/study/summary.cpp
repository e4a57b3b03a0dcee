// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>

#include "io/results_file.hpp"
#include "study/study.hpp"

namespace modscape::study {
namespace {

std::string fit_lines(const io::TreeReader& file) {
  std::string text;
  for (const std::string& name : file.children("/fit")) {
    const std::string path = "/fit/" + name;
    text += fmt::format(
        "  {:<16} n = {:.0f}, effective sample size {:.0f}, within 1 SEM at {:.0f} %, within 2 SEM at {:.0f} % of the "
        "currents",
        name, file.number(path, "cells"), file.number(path, "ess"), 100 * file.number(path, "within_1_sem"),
        100 * file.number(path, "within_2_sem"));
    const double p = file.number(path, "rheobase_p_value");
    text += p == p ? fmt::format(", rheobases p = {:.2f}\n", p) : "\n";
  }
  return text;
}

std::string pair_title(std::string name) {
  if (const auto middle = name.find("_to_"); middle != std::string::npos) name.replace(middle, 4, " -> ");
  return name;
}

// One line per family of effects that the verdict had to hold under.
std::string family_lines(const io::TreeReader& file, const std::string& path) {
  if (!file.exists(path + "/family_verdict")) return {};
  const std::vector<std::string> families = file.strings(path + "/family_label"),
                                 verdicts = file.strings(path + "/family_verdict");
  const auto column = [&](const char* name) { return file.f64(path + "/" + name); };
  const std::vector<double> switching = column("p_switching"), scaling = column("p_scaling"), none = column("p_none"),
                            share = column("switching_share"), latent = column("latent_share"), shift = column("shift"),
                            gain = column("gain_ratio"), critical = column("critical_fraction");
  std::string text = fmt::format("    {:<16} {:<13} {:>9} {:>8} {:>5}  {:<12} {}\n", "family", "verdict", "switching",
                                 "scaling", "none", "paths switch", "threshold shift, gain ratio");
  for (std::size_t f = 0; f < families.size(); ++f) {
    text +=
        fmt::format("    {:<16} {:<13} {:>9.2f} {:>8.2f} {:>5.2f}  {:<12} {:+.0f} pA, {:.2f}", families[f], verdicts[f],
                    switching[f], scaling[f], none[f], fmt::format("{:.0f} %", 100 * share[f]), shift[f], gain[f]);
    if (share[f] >= 0.05 && critical[f] == critical[f])
      text += fmt::format(", switches at {:.0f} % of the effect", 100 * critical[f]);
    if (latent[f] >= 0.05) text += fmt::format(", latent switch in {:.0f} %", 100 * latent[f]);
    text += "\n";
  }
  return text;
}

std::string verdict_lines(const io::TreeReader& file) {
  std::string text;
  for (const std::string& name : file.children("/verdict")) {
    const std::string path = "/verdict/" + name;
    const auto number = [&](const char* what) { return file.number(path, what); };
    const std::string along = "/path_verdict/" + name;
    const bool followed = file.exists(along);
    text += fmt::format("  {}: {}\n", pair_title(name), file.attribute(followed ? along : path, "verdict"));
    if (followed)
      text += fmt::format("    {}\n{}    without any family: {}\n", file.attribute(along, "reason"),
                          family_lines(file, along), file.attribute(path, "verdict"));
    text += fmt::format("    switching {:.2f}, scaling {:.2f}, none {:.2f}, undetermined {:.2f}; {}\n",
                        number("p_switching"), number("p_scaling"), number("p_none"), number("p_undetermined"),
                        file.attribute(path, "reason"));
    text += fmt::format(
        "    threshold shift {:+.0f} +- {:.0f} pA (null p = {:.3f}), gain ratio {:.2f} [{:.2f}, {:.2f}] (null p = "
        "{:.3f}), regime distance {:.2f} (null p = {:.3f})\n",
        number("shift"), number("shift_sd"), number("shift_p_value"), number("gain_ratio"), number("gain_ratio_low"),
        number("gain_ratio_high"), number("gain_p_value"), number("regime_distance"), number("regime_p_value"));
  }
  return text;
}

// The number as a reader takes it in.
std::string short_number(double value) {
  return fmt::format("{:.3g}", value);
}

struct EffectSizes {
  explicit EffectSizes(const io::TreeReader& file, const std::string& path) {
    if (!file.exists(path + "/effect")) return;
    family = file.i32(path + "/effect_family");
    name = file.strings(path + "/effect_parameter");
    unit = file.strings(path + "/effect_unit");
    median = file.f64(path + "/effect_median");
    low = file.f64(path + "/effect_low");
    high = file.f64(path + "/effect_high");
  }
  std::string of(std::size_t wanted) const {
    std::string text;
    for (std::size_t e = 0; e < family.size(); ++e)
      if (static_cast<std::size_t>(family[e]) == wanted)
        text += fmt::format("{}{} {} [{}, {}] {}", text.empty() ? "" : ", ", name[e], short_number(median[e]),
                            short_number(low[e]), short_number(high[e]), unit[e]);
    return text;
  }
  std::vector<std::int32_t> family;
  std::vector<std::string> name, unit;
  std::vector<double> median, low, high;
};

// One line per family, best first.
std::string effect_lines(const io::TreeReader& file) {
  std::string text;
  for (const std::string& pair : file.children("/effect")) {
    const std::string path = "/effect/" + pair;
    const std::vector<std::string> families = file.strings(path + "/family_label"),
                                   judgements = file.strings(path + "/judgement");
    const std::vector<double> difference = file.f64(path + "/log_evidence_difference"), p = file.f64(path + "/p_value"),
                              ess = file.f64(path + "/ess");
    std::vector<std::size_t> order(families.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, std::greater<>{}, [&](std::size_t f) { return difference[f]; });
    const EffectSizes sizes(file, path);
    text += fmt::format("  {}\n    {:<16} {:>11} {:>6} {:>6}  {:<20} {}\n", pair_title(pair), "family", "ln evidence",
                        "p", "ESS", "judgement", "effect, median [95 %]");
    for (const std::size_t f : order)
      text += fmt::format("    {:<16} {:>11.1f} {:>6.3f} {:>6.0f}  {:<20} {}\n", families[f], difference[f], p[f],
                          ess[f], judgements[f], sizes.of(f));
    text += fmt::format("    {:<16} {:>11.1f} {:>6.3f} {:>6}  (each condition fitted alone: a bound, no family)\n",
                        "separate", file.number(path, "separate_log_evidence_difference"),
                        file.number(path, "separate_p_value"), "");
  }
  return text;
}

}  // namespace

std::string effect_summary(const std::string& path) {
  const io::TreeReader file(path);
  return file.exists("/effect") ? "effects\n" + effect_lines(file) : std::string();
}

std::string study_summary(const std::string& path) {
  const io::TreeReader file(path);
  if (!file.exists("/complete")) return {};
  std::string text = "fits\n" + fit_lines(file) + effect_summary(path) + "verdicts\n" + verdict_lines(file);
  if (const std::string caveat = file.attribute("/complete", "caveat"); !caveat.empty())
    text += "note: " + caveat + "\n";
  return text;
}

}  // namespace modscape::study
