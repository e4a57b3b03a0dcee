// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "io/column_layout.hpp"
#include "io/crc32c.hpp"
#include "io/results_file.hpp"

namespace modscape::io {
std::string_view to_string(RowStatus status) {
  switch (status) {
    case RowStatus::empty:
      return "empty";
    case RowStatus::done:
      return "done";
    case RowStatus::non_finite:
      return "non_finite";
    case RowStatus::step_collapse:
      return "step_collapse";
    case RowStatus::spike_storm:
      return "spike_storm";
    case RowStatus::cost_limit:
      return "cost_limit";
    case RowStatus::crashed:
      return "crashed";
    case RowStatus::out_of_bounds:
      return "out_of_bounds";
    case RowStatus::runaway_excitation:
      return "runaway_excitation";
  }
  return "unknown";
}

RowBlock::RowBlock(const LiveTable& table, std::int64_t first, std::int64_t count) : first_(first), count_(count) {
  if (first < 0 || count < 0 || count > table.rows - first)
    throw InternalError(fmt::format("table {}: rows {}+{} of {}", table.path, first, count, table.rows));
  const auto rows = static_cast<std::size_t>(count);
  for (const Column& column : table.columns) {
    if (column.type != ColumnType::f64 && column.type != ColumnType::i32)
      throw InternalError(
          fmt::format("table {}: live tables have no columns of the type of {}", table.path, column.name));
    const std::size_t width = cells_per_row(table.axes, column, table.path);
    types_.push_back(column.type);
    widths_.push_back(width);
    columns_.emplace_back(rows * width * element_bytes(column.type));
  }
  statuses_.resize(rows);
}

template <class T>
std::span<T> RowBlock::cells(std::int64_t row, std::size_t column, ColumnType type) {
  if (types_.at(column) != type) throw InternalError(fmt::format("column {} is of another type", column));
  if (row < first_ || row >= first_ + count_) throw InternalError(fmt::format("row {} is not in this block", row));
  const std::size_t width = widths_[column];
  T* const begin = reinterpret_cast<T*>(columns_[column].data());
  return {begin + static_cast<std::size_t>(row - first_) * width, width};
}

std::span<double> RowBlock::f64(std::int64_t row, std::size_t column) {
  return cells<double>(row, column, ColumnType::f64);
}

std::span<std::int32_t> RowBlock::i32(std::int64_t row, std::size_t column) {
  return cells<std::int32_t>(row, column, ColumnType::i32);
}

void RowBlock::set_missing(std::int64_t row, std::size_t column) {
  if (types_.at(column) == ColumnType::f64)
    std::ranges::fill(f64(row, column), std::numeric_limits<double>::quiet_NaN());
  else
    std::ranges::fill(i32(row, column), missing_code);
}

void RowBlock::set_status(std::int64_t row, RowStatus status) {
  statuses_.at(static_cast<std::size_t>(row - first_)) = static_cast<std::uint8_t>(status);
}

RowStatus RowBlock::status(std::int64_t row) const {
  return static_cast<RowStatus>(statuses_.at(static_cast<std::size_t>(row - first_)));
}

std::vector<std::uint32_t> RowBlock::crcs() const {
  std::vector<ColumnBytes> columns;
  for (std::size_t c = 0; c < columns_.size(); ++c)
    columns.push_back({columns_[c].data(), widths_[c] * element_bytes(types_[c])});
  columns.push_back({statuses_.data(), sizeof(statuses_[0])});
  return row_checksums(statuses_.size(), columns);
}

std::span<const std::byte> RowBlock::column_bytes(std::size_t column) const {
  return columns_.at(column);
}
std::span<std::byte> RowBlock::column_bytes(std::size_t column) {
  return columns_.at(column);
}

std::int64_t rows_per_block(const LiveTable& table) {
  constexpr std::int64_t block_bytes = 4 << 20;
  if (table.rows == 0) return 1;
  const RowBlock row(table, 0, 1);
  std::size_t bytes = 1;
  for (std::size_t c = 0; c < table.columns.size(); ++c) bytes += row.column_bytes(c).size();
  return std::max<std::int64_t>(1, block_bytes / static_cast<std::int64_t>(bytes));
}

}  // namespace modscape::io
