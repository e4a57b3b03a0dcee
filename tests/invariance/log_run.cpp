// SPDX-License-Identifier: Apache-2.0
// A run that does nothing but write logs, for logs.py: it flushes, keeps a checkpoint beside the file, takes up what an
// interruption left, and stops with exit code 75 when a log is full.
// Usage: log_run FILE FLUSHES ROWS_PER_FLUSH CAPACITY
#include <fmt/format.h>

#include <chrono>
#include <filesystem>

#include "io/agreement.hpp"
#include "io/archive.hpp"
#include "io/results_file.hpp"
#include "parallel/communicator.hpp"

namespace {
using namespace modscape;

constexpr std::int64_t flushes_per_checkpoint = 4;

struct Options {
  std::string path;
  std::int64_t flushes, rows_per_flush, capacity;
};

struct Checkpoint {
  std::int64_t flush = 0;
  std::vector<io::LogMark> marks;
  template <class A>
  void serialize(A& ar, unsigned) {
    ar & flush & marks;
  }
};

std::uint64_t scrambled(std::uint64_t number) {
  number *= 0x9E3779B97F4A7C15U;
  return number ^ (number >> 29);
}

/// Rows of the spike log after so many flushes; flushes differ in length.
std::int64_t rows_after(std::int64_t flush, const Options& options) {
  return flush * options.rows_per_flush +
         static_cast<std::int64_t>(scrambled(static_cast<std::uint64_t>(flush)) % 97) * options.rows_per_flush / 100;
}

io::FileLayout layout_of(const Options& options) {
  io::LogTable spikes = io::spike_log("E", options.capacity);
  spikes.block_rows = options.rows_per_flush > 1000 ? 0 : 64;
  io::LogTable rates;
  rates.path = "/rates";
  rates.text = "population rates";
  rates.capacity = options.flushes;
  rates.block_rows = 8;
  rates.columns = {{"E", io::ColumnType::f32, "Hz", "rate of population E", {}}};
  return {"run of logs", "", "logs", {}, {}, {}, {}, {spikes, rates}};
}

tl::expected<std::vector<io::LogMark>, io::LogFull> flush(io::ResultsFile& file, std::int64_t number,
                                                          const Options& options, const parallel::Communicator& world) {
  const std::int64_t first = rows_after(number, options), last = rows_after(number + 1, options);
  const auto mine = parallel::block_range(last - first, world.rank(), world.size());
  std::vector<double> times;
  std::vector<std::uint64_t> neurons;
  for (std::int64_t row = first + mine.first; row < first + mine.last; ++row) {
    times.push_back(1e-3 * static_cast<double>(row));
    neurons.push_back(scrambled(static_cast<std::uint64_t>(row)) % 1000);
  }
  // Too many are refused by the commit, on all ranks alike.
  static_cast<void>(file.write_log("/spikes/E", first + mine.first,
                                   {std::span<const double>(times), std::span<const std::uint64_t>(neurons)}));
  const std::vector<float> rate{static_cast<float>(last - first)};
  if (number % world.size() == world.rank())
    static_cast<void>(file.write_log("/rates", number, {std::span<const float>(rate)}));
  return file.commit_logs({last, number + 1});
}

Checkpoint last_checkpoint(const parallel::Communicator& world, const std::string& path) {
  const std::string bytes =
      io::on_root(world, [&] { return std::filesystem::exists(path) ? *io::read_file(path) : std::string(); });
  return bytes.empty() ? Checkpoint{} : *io::unpack<Checkpoint>(bytes);
}

ExitCode run(const parallel::Communicator& world, const Options& options) {
  const std::string checkpoint_path = options.path + ".checkpoint";
  io::ResultsFile file = io::ResultsFile::open(world, options.path, layout_of(options), {}, false);
  if (file.logs_finished()) return ExitCode::done;
  const Checkpoint start = file.resumed() ? last_checkpoint(world, checkpoint_path) : Checkpoint{};
  file.truncate_logs(start.marks);
  const auto begin = std::chrono::steady_clock::now();
  for (std::int64_t number = start.flush; number < options.flushes; ++number) {
    const auto marks = flush(file, number, options, world);
    if (!marks) {
      if (world.is_root()) fmt::print(stderr, "{}\n", io::to_string(marks.error()));
      file.close();
      return ExitCode::stopped;
    }
    if ((number + 1) % flushes_per_checkpoint != 0) continue;
    file.sync();
    io::on_root(world, [&] {
      io::write_file_atomically(checkpoint_path, io::pack(Checkpoint{number + 1, *marks}));
      return std::string();
    });
  }
  const std::chrono::duration<double> writing = std::chrono::steady_clock::now() - begin;
  file.finish_logs();
  file.close();
  const std::chrono::duration<double> all = std::chrono::steady_clock::now() - begin;
  if (world.is_root())
    fmt::print("{} rows written in {:.3f} s, finished after {:.3f} s\n", rows_after(options.flushes, options),
               writing.count(), all.count());
  return ExitCode::done;
}
}  // namespace

int main(int argc, char** argv) {
  parallel::Session session(&argc, &argv);
  const parallel::Communicator world = parallel::Communicator::world();
  try {
    if (argc != 5) throw BadInput("log_run", "wants FILE FLUSHES ROWS_PER_FLUSH CAPACITY");
    return static_cast<int>(run(world, {argv[1], std::stoll(argv[2]), std::stoll(argv[3]), std::stoll(argv[4])}));
  } catch (const Failure& failure) {
    fmt::print(stderr, "{}\n", failure.what());
    parallel::abort_job(static_cast<int>(failure.code()));
  }
}
