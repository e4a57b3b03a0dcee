// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

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

std::string verdict_lines(const io::TreeReader& file) {
  std::string text;
  for (const std::string& name : file.children("/verdict")) {
    const std::string path = "/verdict/" + name;
    const auto number = [&](const char* what) { return file.number(path, what); };
    std::string title = name;
    if (const auto middle = title.find("_to_"); middle != std::string::npos) title.replace(middle, 4, " -> ");
    text += fmt::format("  {}: {}\n", title, file.attribute(path, "verdict"));
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

}  // namespace

std::string study_summary(const std::string& path) {
  const io::TreeReader file(path);
  if (!file.exists("/complete")) return {};
  std::string text = "fits\n" + fit_lines(file) + "verdicts\n" + verdict_lines(file);
  if (const std::string caveat = file.attribute("/complete", "caveat"); !caveat.empty())
    text += "note: " + caveat + "\n";
  return text;
}

}  // namespace modscape::study
