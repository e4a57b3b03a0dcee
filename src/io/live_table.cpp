// SPDX-License-Identifier: Apache-2.0
#include "io/live_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "io/column_layout.hpp"
#include "io/fault.hpp"
#include "io/layout.hpp"

namespace modscape::io {
namespace {
void clear_row(RowBlock& block, const LiveTable& table, std::int64_t row) {
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const std::span<std::byte> bytes = block.column_bytes(c);
    const std::size_t row_bytes = bytes.size() / static_cast<std::size_t>(block.count());
    std::ranges::fill(bytes.subspan(static_cast<std::size_t>(row - block.first()) * row_bytes, row_bytes),
                      std::byte{0});
  }
}
}  // namespace

OpenTable::OpenTable(hid_t file, const LiveTable& layout)
    : layout_(layout), independent_(h5::check(H5Pcreate(H5P_DATASET_XFER), "H5Pcreate")) {
  // Collective transfers can corrupt data silently when several ranks aggregate (docs/design.md §4).
  h5::check(H5Pset_dxpl_mpio(independent_.get(), H5FD_MPIO_INDEPENDENT), "H5Pset_dxpl_mpio");
  for (const Column& column : layout.columns)
    columns_.push_back(h5::open_dataset(file, layout.path + "/" + column.name));
  crc_ = h5::open_dataset(file, crc_path(layout));
  status_ = h5::open_dataset(file, status_path(layout));
  attempts_ = h5::open_dataset(file, attempts_path(layout));
  utilisation_ = h5::open_dataset(file, utilisation_path(layout));
}

bool OpenTable::compressed() const {
  const h5::Properties create(h5::check(H5Dget_create_plist(status_.get()), "H5Dget_create_plist"));
  return H5Pget_layout(create.get()) == H5D_CHUNKED;
}

void OpenTable::read_rows(const h5::Dataset& dataset, hid_t type, void* values, std::int64_t first,
                          std::int64_t count) {
  h5::read_rows(dataset.get(), type, values, first, count, independent_.get(), layout_.path);
}

void OpenTable::write_rows(const h5::Dataset& dataset, hid_t type, const void* values, std::int64_t first,
                           std::int64_t count) {
  h5::write_rows(dataset.get(), type, values, first, count, independent_.get(), layout_.path);
}

void OpenTable::write(RowBlock& block, int rank) {
  const std::int64_t first = block.first(), count = block.count();
  if (count == 0) return;
  fault_point("first-row", rank);
  for (std::size_t c = 0; c < columns_.size(); ++c)
    write_rows(columns_[c], memory_type(layout_.columns[c].type), block.column_bytes(c).data(), first, count);
  const std::vector<std::uint32_t> crcs = block.crcs();
  write_rows(crc_, H5T_NATIVE_UINT32, crcs.data(), first, count);
  fault_point("between", rank);
  write_rows(status_, H5T_NATIVE_UINT8, block.statuses().data(), first, count);
  fault_point("row", rank);
}

RowBlock OpenTable::read(std::int64_t first, std::int64_t count) {
  RowBlock block(layout_, first, count);
  if (count == 0) return block;
  std::vector<std::uint32_t> crcs(static_cast<std::size_t>(count));
  read_rows(status_, H5T_NATIVE_UINT8, block.statuses().data(), first, count);
  for (std::size_t c = 0; c < columns_.size(); ++c)
    read_rows(columns_[c], memory_type(layout_.columns[c].type), block.column_bytes(c).data(), first, count);
  read_rows(crc_, H5T_NATIVE_UINT32, crcs.data(), first, count);
  const std::vector<std::uint32_t> found = block.crcs();
  for (std::int64_t row = first; row < first + count; ++row) {
    const auto i = static_cast<std::size_t>(row - first);
    if (block.status(row) != RowStatus::empty && found[i] == crcs[i]) continue;
    block.set_status(row, RowStatus::empty);
    clear_row(block, layout_, row);
  }
  return block;
}

RowBlock OpenTable::read_all() {
  RowBlock all(layout_, 0, layout_.rows);
  const std::int64_t step = rows_per_block(layout_);  // one MPI-IO transfer is limited to 2 GB
  for (std::int64_t first = 0; first < layout_.rows; first += step) {
    RowBlock block = read(first, std::min(step, layout_.rows - first));
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      const std::span<std::byte> from = block.column_bytes(c), to = all.column_bytes(c);
      const std::size_t row_bytes = to.size() / static_cast<std::size_t>(layout_.rows);
      std::ranges::copy(from, to.begin() + first * static_cast<std::ptrdiff_t>(row_bytes));
    }
    std::ranges::copy(block.statuses(), all.statuses().begin() + first);
  }
  return all;
}

std::vector<std::uint8_t> OpenTable::statuses(std::int64_t first, std::int64_t count) {
  std::vector<std::uint8_t> codes(static_cast<std::size_t>(count));
  if (count > 0) read_rows(status_, H5T_NATIVE_UINT8, codes.data(), first, count);
  return codes;
}

std::vector<std::uint8_t> OpenTable::attempts(std::int64_t first, std::int64_t count) {
  std::vector<std::uint8_t> counters(static_cast<std::size_t>(count));
  if (count > 0) read_rows(attempts_, H5T_NATIVE_UINT8, counters.data(), first, count);
  return counters;
}

void OpenTable::note_attempt(const MissingRows& rows) {
  const std::int64_t first = rows.first, count = rows.last - rows.first;
  if (count == 0) return;
  std::vector<std::uint8_t> counters =
      rows.begun ? attempts(first, count) : std::vector<std::uint8_t>(static_cast<std::size_t>(count));
  for (std::uint8_t& counter : counters)
    if (counter < std::numeric_limits<std::uint8_t>::max()) ++counter;
  write_rows(attempts_, H5T_NATIVE_UINT8, counters.data(), first, count);
}

void OpenTable::forget_attempt(const MissingRows& rows) {
  std::vector<std::uint8_t> counters = attempts(rows.first, rows.last - rows.first);
  for (std::uint8_t& counter : counters)
    if (counter > 0) --counter;
  if (!counters.empty()) write_rows(attempts_, H5T_NATIVE_UINT8, counters.data(), rows.first, rows.last - rows.first);
}

void OpenTable::note_utilisation(int rank, const Utilisation& seconds) {
  if (static_cast<std::size_t>(rank) >= utilisation_ranks) return;
  const std::array<double, 3> row{seconds.busy, seconds.idle, seconds.write};
  write_rows(utilisation_, H5T_NATIVE_DOUBLE, row.data(), rank, 1);
}

}  // namespace modscape::io
