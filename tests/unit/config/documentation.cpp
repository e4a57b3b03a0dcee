// SPDX-License-Identifier: Apache-2.0
// docs/job-files.md has one line per quantity, with the unit, default and bounds of the parameter tables.
#include <fmt/format.h>

#include <sstream>

#include "config/job_tables.hpp"
#include "unit/config/scratch.hpp"

namespace modscape::config {
namespace {

std::string default_text(const ParameterInfo& info) {
  if (is_required(info)) return "required";
  return std::isnan(info.default_value) ? "see text" : format_quantity(info.default_value, info.unit);
}

std::string expected_line(const ParameterInfo& info) {
  return fmt::format("| `{}` | {} | {} | {} {} … {} | {} |", info.name, symbol(info.unit), default_text(info),
                     info.open_lower ? ">" : "≥", info.lower, info.upper, info.text);
}

void expect_line(const ParameterInfo& row) {
  std::ostringstream page;
  page << std::ifstream(test::source_dir() + "/docs/job-files.md").rdbuf();
  EXPECT_THAT(page.str(), ::testing::HasSubstr(expected_line(row))) << expected_line(row);
}

template <class P>
void expect_lines(const ParameterTable<P>& table) {
  for (const auto& row : table) expect_line(row);
}

TEST(Documentation, EveryQuantityHasItsLine) {
  expect_lines(models::adex_table());
  expect_lines(protocol_table());
  expect_lines(junction_table());
  expect_lines(step_table());
  expect_lines(ramp_table());
  expect_lines(noise_table());
  expect_lines(initial_table());
  expect_lines(record_table());
  expect_lines(integrator_table());
  expect_lines(sweep_protocol_table());
  expect_lines(continue_table());
  expect_lines(modulator_table());
  expect_lines(receptor_table());
  expect_lines(effect_table());
  expect_lines(data_table());
  expect_lines(gauge_table());
  expect_lines(exploration_table());
  expect_lines(fit_table());
  expect_lines(effect_inference_table());
  expect_lines(network_table());
  expect_lines(network_record_table());
  expect_lines(port_table());
  expect_lines(short_term_table());
  expect_lines(modulation_table());
  expect_lines(dose_table());
  expect_lines(pulse_table());
  expect_lines(release_table());
  expect_lines(sheet_table());
  expect_lines(kernel_table());
  for (const ParameterInfo& info :
       {source_rate_info(), background_rate_info(), population_current_info(), probability_info()})
    expect_line(info);
  expect_line(weight_info(models::SynapticEffect::conductance));
  expect_line(weight_info(models::SynapticEffect::current));
  expect_line(delay_info());
}

}  // namespace
}  // namespace modscape::config
