// SPDX-License-Identifier: Apache-2.0
#include "io/column_layout.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "io/h5_tree.hpp"

namespace modscape::io {
namespace {
struct NumberType {
  std::size_t bytes;
  hid_t file, memory;
};

NumberType number_type(ColumnType type) {
  switch (type) {
    case ColumnType::f64:
      return {sizeof(double), H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE};
    case ColumnType::i32:
      return {sizeof(std::int32_t), H5T_STD_I32LE, H5T_NATIVE_INT32};
    case ColumnType::f32:
      return {sizeof(float), H5T_IEEE_F32LE, H5T_NATIVE_FLOAT};
    case ColumnType::u64:
      return {sizeof(std::uint64_t), H5T_STD_U64LE, H5T_NATIVE_UINT64};
    case ColumnType::u32:
      return {sizeof(std::uint32_t), H5T_STD_U32LE, H5T_NATIVE_UINT32};
  }
  throw InternalError("a column of no known type");
}
}  // namespace

std::size_t element_bytes(ColumnType type) {
  return number_type(type).bytes;
}
hid_t file_type(ColumnType type) {
  return number_type(type).file;
}
hid_t memory_type(ColumnType type) {
  return number_type(type).memory;
}

const Axis& axis_of(const std::vector<Axis>& axes, const std::string& name, const std::string& table) {
  const auto axis = std::ranges::find_if(axes, [&](const Axis& candidate) { return candidate.name == name; });
  if (axis == axes.end()) throw InternalError(fmt::format("table {} has no axis '{}'", table, name));
  return *axis;
}

std::size_t cells_per_row(const std::vector<Axis>& axes, const Column& column, const std::string& table) {
  std::size_t cells = 1;
  for (const std::string& axis : column.axes) cells *= axis_of(axes, axis, table).values.size();
  return cells;
}

double bytes_per_row(const std::vector<Axis>& axes, const std::vector<Column>& columns, const std::string& table) {
  double bytes = 0;
  for (const Column& column : columns) {
    auto cell = static_cast<double>(element_bytes(column.type));
    for (const std::string& axis : column.axes) cell *= static_cast<double>(axis_of(axes, axis, table).values.size());
    bytes += cell;
  }
  return bytes;
}

std::vector<hsize_t> column_shape(std::int64_t rows, const std::vector<Axis>& axes, const Column& column,
                                  const std::string& table) {
  std::vector<hsize_t> shape{static_cast<hsize_t>(rows)};
  for (const std::string& axis : column.axes) shape.push_back(axis_of(axes, axis, table).values.size());
  return shape;
}

void make_columns(hid_t file, const std::string& table, const h5::Dataset& rows, std::int64_t row_count,
                  const std::vector<Axis>& axes, const std::vector<Column>& columns) {
  std::map<std::string, h5::Dataset> scales;
  for (const Axis& axis : axes)
    scales[axis.name] = make_axis(file, table + "/" + axis.name, axis.values, axis.units, axis.text);
  for (const Column& column : columns) {
    const h5::Dataset data = h5::create_dataset(file, table + "/" + column.name, file_type(column.type),
                                                column_shape(row_count, axes, column, table));
    h5::describe(data.get(), column.units, column.text);
    for (const auto& [name, value] : column.attributes) h5::write_attribute(data.get(), name, value);
    h5::attach_scale(data.get(), rows.get(), 0);
    for (std::size_t d = 0; d < column.axes.size(); ++d)
      h5::attach_scale(data.get(), scales[column.axes[d]].get(), d + 1);
  }
}

std::string column_names(const std::vector<Column>& columns) {
  std::string names;
  for (const Column& column : columns) names += (names.empty() ? "" : " ") + column.name;
  return names;
}

}  // namespace modscape::io
