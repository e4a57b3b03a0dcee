// SPDX-License-Identifier: Apache-2.0
// The shipped tables against the tables they were made from, number by number. The originals are not part of the
// project.
#include <cmath>
#include <filesystem>
#include <map>

#include "config/csv_table.hpp"
#include "config/fi_table.hpp"
#include "unit/config/scratch.hpp"

namespace modscape::config {
namespace {

using Curve = std::map<double, std::pair<double, double>>;  // current -> mean, SEM
const char* const cell_types[] = {"dSPN", "iSPN"};

std::string original(const std::string& file) {
  return test::source_dir() + "/../shared/data/fi_curves/" + file;
}
std::string shipped(const std::string& file) {
  return test::source_dir() + "/jobs/data/" + file;
}

std::map<std::string, Curve> original_curves() {
  std::map<std::string, Curve> curves;
  ProblemList problems("original");
  std::vector<CsvRow> rows = read_csv_rows(original("zhai2025_fi.csv"), 1000, problems);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const std::vector<std::string>& f = rows[i].fields;
    if (f[5].empty()) continue;  // "historical off" has no SEM and is not shipped
    curves[f[1] + " " + f[2]][std::stod(f[3])] = {std::stod(f[4]), std::stod(f[5])};
  }
  return curves;
}

TEST(PublishedData, CurvesAreThoseOfTheSource) {
  if (!std::filesystem::exists(original("zhai2025_fi.csv")))
    GTEST_SKIP() << "the original tables are not there: " << original("zhai2025_fi.csv");
  std::map<std::string, Curve> curves;
  for (const std::string type : cell_types)
    for (const FiCurve& curve : read_fi_table(shipped("zhai2025_fi.csv"), 500.0, type))
      for (std::size_t i = 0; i < curve.currents.size(); ++i)
        curves[type + " " + curve.condition][curve.currents[i]] = {curve.mean[i], curve.sem[i]};
  EXPECT_EQ(curves, original_curves());
}

TEST(PublishedData, RheobasesAreThoseOfTheSource) {
  if (!std::filesystem::exists(original("zhai2025_rheobase.csv")))
    GTEST_SKIP() << "the original tables are not there: " << original("zhai2025_rheobase.csv");
  std::map<std::string, std::vector<double>> source, ours;
  ProblemList problems("original");
  std::vector<CsvRow> rows = read_csv_rows(original("zhai2025_rheobase.csv"), 1000, problems);
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const std::vector<std::string>& f = rows[i].fields;
    const std::string condition = f[2] == "on+sul" ? "on+sulpiride" : f[2];
    source[f[1] + " " + condition].push_back(std::stod(f[3]));
  }
  for (const std::string type : cell_types)
    for (const auto& [condition, values] : read_rheobase_table(shipped("zhai2025_rheobase.csv"), type))
      ours[type + " " + condition] = values;
  EXPECT_EQ(ours, source);
}

// n is not printed in the source: it is the smallest number of which every mean is a multiple of 1/n, to the printed
// digits.
TEST(PublishedData, NumbersOfCellsFollowFromTheMeans) {
  const auto fits = [](const FiCurve& curve, int n) {
    for (const double mean : curve.mean)
      if (std::abs(mean * n - std::round(mean * n)) > 0.0005 * n + 1e-9) return false;
    return true;
  };
  for (const char* type : cell_types)
    for (const FiCurve& curve : read_fi_table(shipped("zhai2025_fi.csv"), 500.0, type)) {
      EXPECT_TRUE(fits(curve, curve.cells)) << curve.condition;
      for (int n = 1; n < curve.cells; ++n) EXPECT_FALSE(fits(curve, n)) << curve.condition << " n = " << n;
    }
}

}  // namespace
}  // namespace modscape::config
