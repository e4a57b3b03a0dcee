// SPDX-License-Identifier: Apache-2.0
#include "study/verification.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/rng.hpp"
#include "io/archive.hpp"

namespace modscape::study {
namespace {

constexpr const char* stage = "provenance/verification";
constexpr double reference_rtol = 1e-10;

struct Sample {
  double row = 0, current = 0, spikes = 0, count_difference = 0, time_difference = 0;
  template <class Archive>
  void serialize(Archive& archive, unsigned) {
    archive & row & current & spikes & count_difference & time_difference;
  }
};

Sample compare(double row, double current, const std::vector<double>& train, const std::vector<double>& reference) {
  Sample sample{row, current, static_cast<double>(reference.size()),
                static_cast<double>(train.size()) - static_cast<double>(reference.size()), 0.0};
  for (std::size_t k = 0; k < std::min(train.size(), reference.size()); ++k)
    sample.time_difference = std::max(sample.time_difference, std::abs(train[k] - reference[k]));
  return sample;
}

Verification summary(const std::vector<Sample>& samples) {
  Verification result;
  std::vector<double> differences;
  for (const Sample& sample : samples) {
    differences.push_back(sample.time_difference);
    result.wrong_counts += sample.count_difference != 0.0 ? 1 : 0;
  }
  result.runs = static_cast<std::int64_t>(samples.size());
  if (differences.empty()) return result;
  std::ranges::sort(differences);
  result.worst = differences.back();
  result.p99 = differences[differences.size() * 99 / 100];
  result.median = differences[differences.size() / 2];
  return result;
}

Verification stored(const io::ResultsFile& file) {
  const auto number = [&](const char* name) { return file.stage_number(stage, name); };
  return {static_cast<std::int64_t>(number("runs")), static_cast<std::int64_t>(number("wrong_counts")), number("worst"),
          number("p99"), number("median")};
}

void write(const std::vector<Sample>& samples, std::int64_t requested, const Verification& result,
           io::TreeWriter& out) {
  std::vector<double> numbers(samples.size());
  std::iota(numbers.begin(), numbers.end(), 0.0);
  out.axis("/sample", numbers, "1", "Run of the random sample");
  const auto column = [&](const char* name, double Sample::* member, const char* units, const char* text) {
    std::vector<double> values;
    for (const Sample& sample : samples) values.push_back(sample.*member);
    out.dataset(std::string("/") + name, values, {"sample"}, units, text);
  };
  column("row", &Sample::row, "1", "Row of the table");
  column("current", &Sample::current, "pA", "Step current");
  column("spikes", &Sample::spikes, "1", "Spikes by CVODE");
  column("count_difference", &Sample::count_difference, "1", "Spikes of the sweep minus those by CVODE");
  column("time_difference", &Sample::time_difference, "ms", "Largest difference of a spike time");
  out.attribute("/", "rtol", reference_rtol);
  out.attribute("/", "requested", static_cast<double>(requested));
  out.attribute("/", "runs", static_cast<double>(result.runs));
  out.attribute("/", "wrong_counts", static_cast<double>(result.wrong_counts));
  out.attribute("/", "worst", result.worst);
  out.attribute("/", "p99", result.p99);
  out.attribute("/", "median", result.median);
}

}  // namespace

Verification verify_runs(const parallel::Communicator& comm, io::ResultsFile& file, const io::LiveTable& table,
                         const PointRunner& points, std::int64_t runs, std::uint64_t seed) {
  if (file.stage_number(stage, "requested") == static_cast<double>(runs)) return stored(file);
  const auto reference =
      solvers::make_spike_integrator({.method = "cvode", .tolerance = 0, .rtol = reference_rtol, .limits = {}});
  std::vector<Sample> mine;
  for (std::int64_t i = comm.rank(); i < runs; i += comm.size()) {
    const CounterRng rng(seed, Purpose::verification, static_cast<std::uint64_t>(i));
    const auto row = static_cast<std::int64_t>(rng.uniform(0) * static_cast<double>(table.rows));
    const SweepPoint point = points.point(row);
    if (point.currents.empty()) continue;
    const auto k = static_cast<std::size_t>(rng.uniform(1) * static_cast<double>(point.currents.size()));
    const solvers::SpikeRun run = points.run(point, k);
    if (run.status != solvers::RunStatus::done) continue;  // its row says so
    mine.push_back(compare(static_cast<double>(table.first_row + row), point.currents[k], run.times,
                           points.run(point, k, *reference).times));
  }
  std::vector<Sample> samples;
  for (const std::string& bytes : comm.gather(io::pack(mine))) {
    const Expected<std::vector<Sample>> part = io::unpack<std::vector<Sample>>(bytes);
    if (!part) throw InternalError("gathering the verified runs: " + part.error().message);
    samples.insert(samples.end(), part->begin(), part->end());
  }
  const std::string all = comm.broadcast(io::pack(samples));
  samples = *io::unpack<std::vector<Sample>>(all);
  std::ranges::stable_sort(samples, {}, [](const Sample& s) { return std::pair(s.row, s.current); });
  const Verification result = summary(samples);
  file.write_stage(stage, "Runs of the sweep against CVODE at a tight tolerance",
                   [&](io::TreeWriter& out) { write(samples, runs, result, out); });
  return result;
}

}  // namespace modscape::study
