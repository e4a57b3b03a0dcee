// SPDX-License-Identifier: Apache-2.0
// The sweep engine, on 1 and 2 ranks: run it with `scripts/bench sweep`. One JSON object per line (name, value, unit,
// accuracy, ranks, simd); benchmarks/README.md keeps the figures.
//   sweep.efficiency.1to2  rate of 100 000 AdEx points on two ranks / sum of the rates of either rank alone
//   write.share            speed of ResultsFile::write (data, crc, status) / a raw independent write of as many bytes
//   overhead               what a row costs beside its computation
//   create.10e7            seconds to create a file of 10^7 rows, on disk
//   memory.10e7            largest resident set in all of this
//   open.10e7              seconds to open a finished file of 10^7 rows and verify every checksum
#include <fcntl.h>
#include <fmt/format.h>
#include <hdf5.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <vector>

#include "core/rng.hpp"
#include "io/results_file.hpp"
#include "models/adex.hpp"
#include "models/protocol.hpp"
#include "parallel/communicator.hpp"
#include "solvers/adex_ensemble.hpp"
#include "sweep/run_table.hpp"

namespace {
using namespace modscape;
using parallel::Communicator;

constexpr const char* file_name = "bench_sweep.h5";

double seconds_of(const std::function<void()>& action) {
  const auto start = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void report(const Communicator& world, const char* name, double value, const char* unit, const char* accuracy,
            int ranks) {
  if (world.is_root())
    fmt::print(
        "{{\"name\": \"{}\", \"value\": {:.4g}, \"unit\": \"{}\", \"accuracy\": \"{}\", \"ranks\": {}, \"simd\": "
        "\"{}\"}}\n",
        name, value, unit, accuracy, ranks, solvers::simd_target());
  std::fflush(stdout);
}

io::LiveTable table_of(std::int64_t rows, std::size_t width) {
  io::LiveTable table;
  table.path = "/sweep";
  table.text = "points";
  table.rows = rows;
  table.axes = {{"current", "pA", "current", std::vector<double>(width, 0.0)}};
  table.columns = {{"b", io::ColumnType::f64, "pA", "parameter", {}, {}},
                   {"counts", io::ColumnType::f64, "1", "spikes", {"current"}, {}}};
  return table;
}

io::ResultsFile open(const Communicator& comm, const io::LiveTable& table, bool force) {
  return io::ResultsFile::open(comm, file_name, {"bench", "", "bench", {table}}, {}, force);
}

/// 300 ms of a neuron whose b differs from row to row.
class Points {
 public:
  Points() : integrator_(solvers::make_spike_integrator({.method = "ensemble", .rtol = 1e-6, .limits = {}})) {}
  void operator()(io::RowBlock& block) {
    std::vector<solvers::SpikeTask> tasks;
    for (std::int64_t row = block.first(); row < block.first() + block.count(); ++row) {
      models::AdexParameters neuron;
      neuron.C_m = 200;
      neuron.g_L = 10;
      neuron.E_L = -65;
      neuron.V_T = -50;
      neuron.Delta_T = 2;
      neuron.V_peak = -30;
      neuron.V_r = -58;
      neuron.a = 2;
      neuron.tau_w = 100;
      neuron.t_ref = 0;
      neuron.b = 200.0 * CounterRng(1, Purpose::synthetic, static_cast<std::uint64_t>(row)).uniform(0);
      block.f64(row, 0)[0] = neuron.b;
      tasks.push_back({neuron, input_, models::Adex(neuron).initial_state()});
    }
    const std::vector<solvers::SpikeRun> runs = integrator_->run(tasks);
    for (std::int64_t i = 0; i < block.count(); ++i) {
      block.f64(block.first() + i, 1)[0] = static_cast<double>(runs[static_cast<std::size_t>(i)].times.size());
      block.set_status(block.first() + i, io::RowStatus::done);
    }
  }

 private:
  std::unique_ptr<solvers::SpikeIntegrator> integrator_;
  std::vector<models::InputSegment> input_ = models::input_segments(models::step_protocol(500.0, 300.0));
};

double sweep_seconds(const Communicator& comm) {
  const io::LiveTable table = table_of(100000, 1);
  io::ResultsFile file = open(comm, table, true);
  Points points;
  comm.barrier();
  const double seconds = seconds_of([&] { sweep::run_table(comm, file, table, "bench", std::ref(points)); });
  file.close();
  return seconds;
}

void efficiency(const Communicator& world) {
  if (world.size() != 2) return;
  std::vector<double> values;
  for (int repeat = 0; repeat < 9; ++repeat) {
    // Either rank alone, one after the other: virtual cores are not equally fast, and two ranks have both.
    const Communicator alone = world.split(world.rank(), 0);
    double rate = 0.0;
    for (int rank = 0; rank < 2; ++rank) {
      const double mine = world.rank() == rank ? sweep_seconds(alone) : 0.0;
      rate += 1e9 / static_cast<double>(world.max(static_cast<std::int64_t>(1e9 * mine)));  // its nanoseconds
    }
    values.push_back(1.0 / (rate * sweep_seconds(world)));
  }
  report(world, "sweep.efficiency.1to2", median(values), "1", "same bytes", 2);
}

/// What a rank can write at most: independent transfers into a contiguous dataset of a file whose space is reserved
/// before, as that of a results file is; nothing is summed, checked or remembered.
class RawFile {
 public:
  RawFile(const Communicator& comm, std::size_t bytes)
      : length_(bytes), access_(H5Pcreate(H5P_FILE_ACCESS)), create_(H5Pcreate(H5P_DATASET_CREATE)) {
    H5Pset_alloc_time(create_, H5D_ALLOC_TIME_EARLY);
    H5Pset_fill_time(create_, H5D_FILL_TIME_NEVER);
    H5Pset_fapl_mpio(access_, comm.handle(), MPI_INFO_NULL);
    file_ = H5Fcreate(name, H5F_ACC_TRUNC, H5P_DEFAULT, access_);
    space_ = H5Screate_simple(1, &length_, nullptr);
    data_ = H5Dcreate2(file_, "data", H5T_NATIVE_UINT8, space_, H5P_DEFAULT, create_, H5P_DEFAULT);
    const int reserved = ::open(name, O_RDWR);
    if (::posix_fallocate(reserved, 0, static_cast<off_t>(bytes)) != 0) std::abort();
    ::close(reserved);
  }
  RawFile(const RawFile&) = delete;
  RawFile& operator=(const RawFile&) = delete;
  ~RawFile() {
    H5Sclose(space_);
    H5Dclose(data_);
    H5Fclose(file_);
    for (const hid_t id : {access_, create_}) H5Pclose(id);
    std::remove(name);
  }

  void append(std::span<const std::byte> bytes) {
    const hsize_t count = bytes.size();
    const hid_t memory = H5Screate_simple(1, &count, nullptr);
    H5Sselect_hyperslab(space_, H5S_SELECT_SET, &end_, nullptr, &count, nullptr);
    if (H5Dwrite(data_, H5T_NATIVE_UINT8, memory, space_, H5P_DEFAULT, bytes.data()) < 0) std::abort();
    H5Sclose(memory);
    end_ += count;
  }

 private:
  static constexpr const char* name = "bench_raw.h5";
  hsize_t length_, end_ = 0;
  hid_t access_, create_, file_ = -1, space_ = -1, data_ = -1;
};

/// The same bytes to a results file and to a raw one in turns, so that whatever the file system does meets both: time
/// of the raw write / of ours, for every block.
std::vector<double> write_shares(const Communicator& alone, const io::LiveTable& table) {
  const std::int64_t step = io::rows_per_block(table), rows = table.rows / step * step;
  const auto row_bytes = [&] {
    const io::RowBlock one(table, 0, 1);
    return one.column_bytes(0).size() + one.column_bytes(1).size();
  }();
  io::ResultsFile file = open(alone, table, true);
  RawFile raw(alone, static_cast<std::size_t>(rows) * row_bytes);
  std::vector<double> shares;
  for (std::int64_t first = 0; first < rows; first += step) {
    io::RowBlock block(table, first, step);
    for (std::int64_t row = first; row < first + step; ++row) {
      std::ranges::fill(block.f64(row, 1), static_cast<double>(row));
      block.set_status(row, io::RowStatus::done);
    }
    const auto write_ours = [&] {
      file.note_attempt(table.path, {.first = first, .last = first + step, .begun = false});
      file.write(table.path, block);
    };
    const auto write_raw = [&] {
      for (std::size_t c = 0; c < table.columns.size(); ++c) raw.append(block.column_bytes(c));
    };
    double ours = 0.0, limit = 0.0;
    const bool ours_first = first / step % 2 == 0;  // neither always finds the bytes in the cache
    if (ours_first) ours = seconds_of(write_ours);
    limit = seconds_of(write_raw);
    if (!ours_first) ours = seconds_of(write_ours);
    shares.push_back(limit / ours);
  }
  file.close();
  return shares;
}

void write_share(const Communicator& world) {
  const Communicator alone = world.split(world.rank(), 0);
  if (!world.is_root()) return;
  const io::LiveTable table = table_of(400000, 48);
  std::vector<double> shares;
  for (int repeat = 0; repeat < 5; ++repeat)
    for (const double share : write_shares(alone, table)) shares.push_back(share);
  report(world, "write.share", median(shares), "1", "checksum per row", 1);
}

void trivial_rows(const Communicator& world) {
  constexpr std::int64_t rows = 10000000;
  const Communicator alone = world.split(world.rank(), 0);
  if (!world.is_root()) return;
  const io::LiveTable table = table_of(rows, 1);
  {
    double created = 0.0;
    io::ResultsFile file = [&] {
      const auto start = std::chrono::steady_clock::now();
      io::ResultsFile made = open(alone, table, true);
      created = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      return made;
    }();
    report(world, "create.10e7", created, "s", "on disk", 1);
    const double seconds = seconds_of([&] {
      sweep::run_table(alone, file, table, "bench", sweep::row_by_row([](io::RowBlock& block, std::int64_t row) {
                         block.f64(row, 0)[0] = static_cast<double>(row);
                         block.set_status(row, io::RowStatus::done);
                       }));
    });
    file.close();
    report(world, "overhead", 1e6 * seconds / static_cast<double>(rows), "us per row", "10^7 rows", 1);
  }
  std::vector<double> times;
  for (int repeat = 0; repeat < 3; ++repeat)
    times.push_back(seconds_of([&] {
      io::ResultsFile file = open(alone, table, false);
      if (file.state(table.path).done != rows) std::abort();
      file.close();
    }));
  report(world, "open.10e7", median(times), "s", "every checksum verified", 1);
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  report(world, "memory.10e7", static_cast<double>(usage.ru_maxrss) / 1024.0, "MB", "largest resident set", 1);
}

}  // namespace

int main(int argc, char** argv) {
  const parallel::Session session(&argc, &argv);
  const Communicator world = Communicator::world();
  efficiency(world);
  world.barrier();
  write_share(world);
  world.barrier();
  trivial_rows(world);
  world.barrier();
  if (world.is_root()) std::remove(file_name);
}
