// SPDX-License-Identifier: Apache-2.0
// What all tables share: one dataset per column, in the file and in memory.
#pragma once
#include <cstddef>

#include "io/column.hpp"
#include "io/h5.hpp"

namespace modscape::io {

std::size_t element_bytes(ColumnType type);
hid_t file_type(ColumnType type);
hid_t memory_type(ColumnType type);

/// The axis of table `table` called `name`; InternalError if there is none.
const Axis& axis_of(const std::vector<Axis>& axes, const std::string& name, const std::string& table);
/// Numbers in one row of a column.
std::size_t cells_per_row(const std::vector<Axis>& axes, const Column& column, const std::string& table);
/// Bytes of one row of all columns; a double, as a job may ask for more than can be counted.
double bytes_per_row(const std::vector<Axis>& axes, const std::vector<Column>& columns, const std::string& table);
std::vector<hsize_t> column_shape(std::int64_t rows, const std::vector<Axis>& axes, const Column& column,
                                  const std::string& table);

/// Makes axes and columns of a table in its group, each column attached to the row axis `rows`.
void make_columns(hid_t file, const std::string& table, const h5::Dataset& rows, std::int64_t row_count,
                  const std::vector<Axis>& axes, const std::vector<Column>& columns);

/// The names of all columns, separated by spaces: the order in which checksums take them.
std::string column_names(const std::vector<Column>& columns);

}  // namespace modscape::io
