// SPDX-License-Identifier: Apache-2.0
// The sweep engine, on 1 and 2 ranks: run it with `scripts/bench sweep`. One JSON object per line (name, value, unit,
// accuracy, ranks, simd); benchmarks/README.md keeps the figures.
//   sweep.efficiency.1to2  rate of 100 000 AdEx points on two ranks / twice that on one
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
  for (int repeat = 0; repeat < 5; ++repeat) {
    const Communicator alone = world.split(world.rank(), 0);
    const double one = world.is_root() ? sweep_seconds(alone) : 0.0;
    world.barrier();
    values.push_back(one / (2.0 * sweep_seconds(world)));
  }
  report(world, "sweep.efficiency.1to2", median(values), "1", "same bytes", 2);
}

/// Bytes per second of one rank, written by independent transfers of a few MB into a file made before.
double raw_write_seconds(const Communicator& comm, std::size_t bytes, std::size_t block_bytes) {
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS), create = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_alloc_time(create, H5D_ALLOC_TIME_EARLY);
  H5Pset_fill_time(create, H5D_FILL_TIME_NEVER);
  H5Pset_fapl_mpio(access, comm.handle(), MPI_INFO_NULL);
  const hid_t file = H5Fcreate("bench_raw.h5", H5F_ACC_TRUNC, H5P_DEFAULT, access);
  const hsize_t length = bytes;
  const hid_t space = H5Screate_simple(1, &length, nullptr);
  const hid_t data = H5Dcreate2(file, "data", H5T_NATIVE_UINT8, space, H5P_DEFAULT, create, H5P_DEFAULT);
  const int reserved = ::open("bench_raw.h5", O_RDWR);  // as ours is
  if (::posix_fallocate(reserved, 0, static_cast<off_t>(bytes)) != 0) std::abort();
  ::close(reserved);
  const hsize_t count = block_bytes;
  const hid_t memory = H5Screate_simple(1, &count, nullptr);
  std::vector<unsigned char> block(block_bytes, 1);
  double seconds = 0.0;
  for (hsize_t first = 0; first + count <= length; first += count) {
    std::ranges::fill(block, static_cast<unsigned char>(first / count));  // fresh bytes, as a sweep makes them
    seconds += seconds_of([&] {
      H5Sselect_hyperslab(space, H5S_SELECT_SET, &first, nullptr, &count, nullptr);
      if (H5Dwrite(data, H5T_NATIVE_UINT8, memory, space, H5P_DEFAULT, block.data()) < 0) std::abort();
    });
  }
  for (const hid_t id : {memory, space}) H5Sclose(id);
  H5Dclose(data);
  H5Fclose(file);
  for (const hid_t id : {access, create}) H5Pclose(id);
  std::remove("bench_raw.h5");
  return seconds;
}

void write_share(const Communicator& world) {
  const Communicator alone = world.split(world.rank(), 0);
  if (!world.is_root()) return;
  constexpr std::int64_t rows = 400000;
  const io::LiveTable table = table_of(rows, 48);
  const std::int64_t step = io::rows_per_block(table);
  std::vector<double> shares;
  for (int repeat = 0; repeat < 5; ++repeat) {
    io::ResultsFile file = open(alone, table, true);
    double seconds = 0.0;
    std::size_t bytes = 0;
    for (std::int64_t first = 0; first + step <= rows; first += step) {
      io::RowBlock block(table, first, step);
      for (std::int64_t row = first; row < first + step; ++row) {
        std::ranges::fill(block.f64(row, 1), static_cast<double>(row));
        block.set_status(row, io::RowStatus::done);
      }
      seconds += seconds_of([&] {
        file.note_attempt(table.path, first, step);
        file.write(table.path, block);
      });
      bytes += block.column_bytes(0).size() + block.column_bytes(1).size();
    }
    file.close();
    shares.push_back(raw_write_seconds(alone, bytes, static_cast<std::size_t>(step) * 49 * sizeof(double)) / seconds);
  }
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
