// SPDX-License-Identifier: Apache-2.0
#include "io/collective_probe.hpp"

#include <unistd.h>

#include <algorithm>
#include <vector>

#include "core/rng.hpp"
#include "io/agreement.hpp"
#include "io/file_system.hpp"
#include "io/layout.hpp"
#include "io/live_table.hpp"

namespace modscape::io {
namespace {
constexpr const char* dataset_path = "/probe/value";

/// A random matrix, dealt to the ranks in bands of random height and stored in chunks of random size. Drawn from our
/// own generator: MPI libraries use rand() themselves, and the ranks would disagree.
struct Shape {
  Shape(int file, int ranks) {
    const CounterRng rng(1, Purpose::pilot, static_cast<std::uint64_t>(file));
    const auto draw = [&](std::uint64_t step, std::uint64_t low, std::uint64_t high) {
      return static_cast<std::int64_t>(low + rng.bits(step) % (high - low + 1));
    };
    columns = draw(0, 1, 200);
    chunk_rows = draw(1, 1, 16);
    chunk_columns = 1 + draw(2, 0, 1000) % columns;
    first_rows.push_back(0);
    for (int rank = 0; rank < ranks; ++rank)
      first_rows.push_back(first_rows.back() + draw(3 + static_cast<std::uint64_t>(rank), 1, 40));
  }
  std::int64_t rows() const { return first_rows.back(); }
  std::int64_t columns, chunk_rows, chunk_columns;
  std::vector<std::int64_t> first_rows;  // of each rank, and the end
};

double value_at(int file, std::int64_t row, std::int64_t column) {
  return static_cast<double>(file) + 1e3 * static_cast<double>(row + 1) + 1e-3 * static_cast<double>(column + 1);
}

std::vector<double> band(const Shape& shape, int file, int rank) {
  const auto r = static_cast<std::size_t>(rank);
  std::vector<double> values;
  for (std::int64_t row = shape.first_rows[r]; row < shape.first_rows[r + 1]; ++row)
    for (std::int64_t column = 0; column < shape.columns; ++column) values.push_back(value_at(file, row, column));
  return values;
}

h5::Dataset create_chunked(hid_t file, const Shape& shape) {
  const h5::Properties create(h5::check(H5Pcreate(H5P_DATASET_CREATE), "H5Pcreate"));
  const hsize_t chunk[] = {static_cast<hsize_t>(std::min(shape.chunk_rows, shape.rows())),
                           static_cast<hsize_t>(shape.chunk_columns)};
  const hsize_t lengths[] = {static_cast<hsize_t>(shape.rows()), static_cast<hsize_t>(shape.columns)};
  h5::check(H5Pset_chunk(create.get(), 2, chunk), "H5Pset_chunk");
  const h5::Space space(h5::check(H5Screate_simple(2, lengths, nullptr), "H5Screate_simple"));
  return h5::Dataset(
      h5::check(H5Dcreate2(file, dataset_path, H5T_IEEE_F64LE, space.get(), H5P_DEFAULT, create.get(), H5P_DEFAULT),
                "H5Dcreate2"));
}

void write_collectively(const parallel::Communicator& comm, const std::string& path, const Shape& shape, int file) {
  h5::File shared = h5::create_shared(path, comm);
  h5::make_group(shared.get(), "/probe");
  h5::Dataset data = create_chunked(shared.get(), shape);
  const h5::Properties transfer(h5::check(H5Pcreate(H5P_DATASET_XFER), "H5Pcreate"));
  h5::check(H5Pset_dxpl_mpio(transfer.get(), H5FD_MPIO_COLLECTIVE), "H5Pset_dxpl_mpio");
  const std::int64_t first = shape.first_rows[static_cast<std::size_t>(comm.rank())];
  const std::int64_t last = shape.first_rows[static_cast<std::size_t>(comm.rank()) + 1];
  h5::write_rows(data.get(), H5T_NATIVE_DOUBLE, band(shape, file, comm.rank()).data(), first, last - first,
                 transfer.get(), path);
  data.close(path);
  shared.close(path);
}

/// As a results file is written: structure by rank 0 alone, then rows independently.
void write_independently(const parallel::Communicator& comm, const std::string& path, const Shape& shape, int file) {
  LiveTable table;
  table.path = "/probe";
  table.text = "probe";
  table.rows = shape.rows();
  table.axes = {{"column", "1", "column", std::vector<double>(static_cast<std::size_t>(shape.columns))}};
  table.columns = {{"value", ColumnType::f64, "1", "value", {"column"}, {}}};
  on_root(comm, [&] {
    write_structure(path, {"probe", "", "probe", {table}}, path);
    return std::string();
  });
  on_all(comm, [&] {
    const h5::File shared = h5::open_shared(path, comm);
    OpenTable open(shared.get(), table);
    const auto rank = static_cast<std::size_t>(comm.rank());
    RowBlock block(table, shape.first_rows[rank], shape.first_rows[rank + 1] - shape.first_rows[rank]);
    const std::vector<double> values = band(shape, file, comm.rank());
    std::copy(values.begin(), values.end(), reinterpret_cast<double*>(block.column_bytes(0).data()));
    for (std::uint8_t& status : block.statuses()) status = static_cast<std::uint8_t>(RowStatus::done);
    open.write(block, comm.rank());
  });
}

bool intact(const std::string& path, const Shape& shape, int file) {
  const TreeReader reader(path);
  std::vector<double> expected;
  for (std::size_t rank = 0; rank + 1 < shape.first_rows.size(); ++rank) {
    const std::vector<double> part = band(shape, file, static_cast<int>(rank));
    expected.insert(expected.end(), part.begin(), part.end());
  }
  return reader.f64(dataset_path) == expected;
}
}  // namespace

CollectiveProbe probe_collective(const parallel::Communicator& comm, const std::string& folder, int files,
                                 const std::function<void(const std::string&, bool)>& damage) {
  const std::string path = folder + "/.modscape_collective_probe.h5";
  const parallel::Communicator cartesian = comm.cartesian();
  CollectiveProbe result;
  result.files = files;
  for (int file = 0; file < files; ++file) {
    const bool second_half = 2 * file >= files;
    const parallel::Communicator& used = second_half ? cartesian : comm;
    const Shape shape(file, comm.size());
    for (const bool collective : {true, false}) {
      collective ? write_collectively(used, path, shape, file) : write_independently(used, path, shape, file);
      const std::string found = on_root(comm, [&] {
        if (damage) damage(path, collective);
        const bool good = intact(path, shape, file);
        ::unlink(path.c_str());
        return std::string(good ? "intact" : "corrupted");
      });
      const int corrupted = found == "corrupted" ? 1 : 0;
      if (!collective)
        result.independent += corrupted;
      else
        (second_half ? result.collective_cartesian : result.collective_world) += corrupted;
    }
  }
  return result;
}

}  // namespace modscape::io
