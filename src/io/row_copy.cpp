// SPDX-License-Identifier: Apache-2.0
#include "io/row_copy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <sstream>

#include "core/error.hpp"
#include "io/crc32c.hpp"
#include "io/h5_tree.hpp"
#include "io/layout.hpp"

namespace modscape::io {
namespace {
constexpr int deepest = 64;  // a damaged file may contain itself
constexpr std::size_t block_bytes = 4 << 20;
constexpr std::size_t chunk_bytes = 512 << 10;  // below HDF5's cache of 1 MB, so that no chunk is packed twice
constexpr unsigned deflate_level = 4;

/// Calls visit(path) for every object below `group`, a group before its children.
void for_each_object(hid_t file, const std::string& group, const std::function<void(const std::string&)>& visit,
                     int depth = 0) {
  if (depth > deepest) throw IoFailure("groups are nested too deep");
  for (const std::string& child : h5::children(h5::open_object(file, group.empty() ? "/" : group).get())) {
    const std::string path = group + "/" + child;
    if (!h5::exists(file, path)) throw IoFailure(fmt::format("{} leads nowhere", path));
    visit(path);
    if (h5::is_group(file, path)) for_each_object(file, path, visit, depth + 1);
  }
}

bool contains(const std::vector<std::string>& list, const std::string& item) {
  return std::ranges::find(list, item) != list.end();
}

std::string row_axis_of(hid_t dataset) {
  if (h5::shape(dataset).empty()) return {};
  const std::vector<std::string> scales = h5::attached_scales(dataset, 0);
  return scales.empty() ? std::string() : scales.front();
}

std::int64_t whole_number(hid_t object, const char* name, std::int64_t fallback) {
  constexpr double most = 1e15;
  const double value = h5::number_attribute(object, name);
  return value >= 0 && value < most ? static_cast<std::int64_t>(value) : fallback;
}

std::vector<std::string> words(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), {}};
}

RowTable describe_table(hid_t file, const std::string& path) {
  const h5::Object group = h5::open_object(file, path);
  const h5::Dataset status = h5::open_dataset(file, path + "/status"), crc = h5::open_dataset(file, path + "/crc");
  const std::string axis = row_axis_of(status.get());
  RowTable table;
  table.path = path;
  table.rows = static_cast<std::int64_t>(h5::elements(h5::shape(status.get())));
  table.first_row = whole_number(group.get(), first_row_attribute, 0);
  table.all_rows = whole_number(group.get(), all_rows_attribute, table.rows);
  table.axes = {axis, provenance_path + axis};
  for (const std::string& name : words(h5::text_attribute(crc.get(), "columns")))
    table.columns.push_back(path + "/" + name);
  table.derived_from = words(h5::text_attribute(group.get(), derived_from_attribute));
  for (const std::string& top : {path, provenance_path + path}) {
    if (!h5::exists(file, top)) continue;
    for_each_object(file, top, [&](const std::string& object) {
      if (h5::is_dataset(file, object) && contains(table.axes, row_axis_of(h5::open_dataset(file, object).get())))
        table.datasets.push_back(object);
    });
  }
  for (const std::string& column : table.columns)
    if (!contains(table.datasets, column))
      throw IoFailure(fmt::format("column {} of table {} is missing", column, path));
  for (const std::string& dataset : table.datasets)
    if (h5::shape(h5::open_dataset(file, dataset).get()).front() != static_cast<hsize_t>(table.rows))
      throw IoFailure(fmt::format("{} has not one entry per row of {}", dataset, path));
  return table;
}

/// The table that this dataset hangs on, as its axis or with a value per row; null if none.
const RowTable* table_of(const std::vector<RowTable>& tables, const std::string& dataset) {
  const auto found = std::ranges::find_if(tables, [&](const RowTable& table) {
    return contains(table.axes, dataset) || contains(table.datasets, dataset);
  });
  return found == tables.end() ? nullptr : &*found;
}

bool is_of_one_shard(const std::string& attribute) {
  return attribute == shard_index_attribute || attribute == shard_count_attribute || attribute == first_row_attribute ||
         attribute == all_rows_attribute;
}

struct RawAttribute {
  h5::Type type;
  h5::Space space;
  std::vector<std::byte> bytes;
};

RawAttribute read_attribute(hid_t object, const std::string& name) {
  const h5::Attribute attribute(h5::check(H5Aopen(object, name.c_str(), H5P_DEFAULT), "H5Aopen", name));
  RawAttribute raw{h5::Type(h5::check(H5Aget_type(attribute.get()), "H5Aget_type", name)),
                   h5::Space(h5::check(H5Aget_space(attribute.get()), "H5Aget_space", name)),
                   std::vector<std::byte>(H5Aget_storage_size(attribute.get()))};
  if (!raw.bytes.empty()) h5::check(H5Aread(attribute.get(), raw.type.get(), raw.bytes.data()), "H5Aread", name);
  return raw;
}

void copy_attributes(hid_t from, hid_t to) {
  for (const std::string& name : h5::attribute_names(from)) {
    // A scale's CLASS and NAME are written when it is made one.
    if (is_of_one_shard(name) || h5::check(H5Aexists(to, name.c_str()), "H5Aexists", name) > 0) continue;
    const RawAttribute raw = read_attribute(from, name);
    const h5::Attribute copy(h5::check(
        H5Acreate2(to, name.c_str(), raw.type.get(), raw.space.get(), H5P_DEFAULT, H5P_DEFAULT), "H5Acreate2", name));
    h5::check(H5Awrite(copy.get(), raw.type.get(), raw.bytes.data()), "H5Awrite", name);
  }
}

std::vector<std::byte> read_whole(hid_t dataset, hid_t type, const std::string& path) {
  std::vector<std::byte> bytes(h5::elements(h5::shape(dataset)) * H5Tget_size(type));
  if (!bytes.empty()) h5::check(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()), "H5Dread", path);
  return bytes;
}

std::size_t bytes_per_row(hid_t dataset, hid_t type) {
  std::vector<hsize_t> row = h5::shape(dataset);
  row.at(0) = 1;
  return h5::elements(row) * H5Tget_size(type);
}

h5::Dataset create_compressed(hid_t file, const std::string& path, hid_t type, const std::vector<hsize_t>& shape) {
  std::vector<hsize_t> chunk = shape;
  chunk[0] = 1;
  const std::size_t row = std::max<std::size_t>(h5::elements(chunk) * H5Tget_size(type), 1);
  chunk[0] = std::clamp<hsize_t>(chunk_bytes / row, 1, shape[0]);
  const h5::Properties create(h5::check(H5Pcreate(H5P_DATASET_CREATE), "H5Pcreate"));
  h5::check(H5Pset_obj_track_times(create.get(), false), "H5Pset_obj_track_times");
  h5::check(H5Pset_chunk(create.get(), static_cast<int>(chunk.size()), chunk.data()), "H5Pset_chunk", path);
  h5::check(H5Pset_shuffle(create.get()), "H5Pset_shuffle");
  h5::check(H5Pset_deflate(create.get(), deflate_level), "H5Pset_deflate");
  h5::check(H5Pset_fill_time(create.get(), H5D_FILL_TIME_NEVER), "H5Pset_fill_time");
  const h5::Space space(
      h5::check(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), "H5Screate_simple", path));
  return h5::Dataset(h5::check(
      H5Dcreate2(file, path.c_str(), type, space.get(), H5P_DEFAULT, create.get(), H5P_DEFAULT), "H5Dcreate2", path));
}

/// In blocks of rows, as it may be larger than memory.
void copy_values(hid_t from, hid_t to, hid_t type, const std::string& path) {
  const std::vector<hsize_t> shape = h5::shape(from);
  if (shape.empty() || shape[0] == 0 || bytes_per_row(from, type) == 0) {
    const std::vector<std::byte> bytes = read_whole(from, type, path);
    if (!bytes.empty()) h5::write_all(to, type, bytes.data(), path);
    return;
  }
  const auto rows = static_cast<std::int64_t>(shape[0]);
  const auto step = static_cast<std::int64_t>(std::max<std::size_t>(1, block_bytes / bytes_per_row(from, type)));
  std::vector<std::byte> bytes;
  for (std::int64_t first = 0; first < rows; first += step) {
    const std::int64_t count = std::min(step, rows - first);
    bytes.resize(static_cast<std::size_t>(count) * bytes_per_row(from, type));
    h5::read_rows(from, type, bytes.data(), first, count, H5P_DEFAULT, path);
    h5::write_rows(to, type, bytes.data(), first, count, H5P_DEFAULT, path);
  }
}

void copy_dataset(hid_t from, hid_t to, const std::string& path, const RowTable* table, Storage storage) {
  const h5::Dataset source = h5::open_dataset(from, path);
  const h5::Type type(h5::check(H5Dget_type(source.get()), "H5Dget_type", path));
  std::vector<hsize_t> shape = h5::shape(source.get());
  if (table != nullptr) shape[0] = static_cast<hsize_t>(table->all_rows);
  const bool packed = table != nullptr && storage == Storage::compressed && h5::elements(shape) > 0;
  const bool bare = is_bare_axis(source.get());
  const h5::Dataset copy = bare     ? h5::create_unwritten(to, path, type.get(), shape)
                           : packed ? create_compressed(to, path, type.get(), shape)
                                    : h5::create_dataset(to, path, type.get(), shape);
  if (H5DSis_scale(source.get()) > 0)
    h5::make_scale(copy.get(), bare ? bare_axis_name(static_cast<std::int64_t>(shape[0])) : last_component(path));
  copy_attributes(source.get(), copy.get());
  if (bare) return;
  if (table == nullptr)
    copy_values(source.get(), copy.get(), type.get(), path);
  else if (contains(table->axes, path))
    write_indices(to, path, 0);
}

void copy_scales(hid_t from, hid_t to, const std::string& path) {
  const h5::Dataset source = h5::open_dataset(from, path), copy = h5::open_dataset(to, path);
  for (std::size_t d = 0; d < h5::shape(source.get()).size(); ++d)
    for (const std::string& scale : h5::attached_scales(source.get(), static_cast<unsigned>(d)))
      h5::attach_scale(copy.get(), h5::open_dataset(to, scale).get(), d);
}

/// The values of one dataset in a block of rows.
struct RowValues {
  std::string path;
  h5::Dataset from, to;
  h5::Type type;
  std::size_t row_bytes = 0;
  std::vector<std::byte> bytes;

  void read(std::int64_t first, std::int64_t count) {
    bytes.resize(row_bytes * static_cast<std::size_t>(count));
    h5::read_rows(from.get(), type.get(), bytes.data(), first, count, H5P_DEFAULT, path);
  }
  void write(std::int64_t first, std::int64_t count) const {
    h5::write_rows(to.get(), type.get(), bytes.data(), first, count, H5P_DEFAULT, path);
  }
  const std::byte* row(std::int64_t index) const { return bytes.data() + row_bytes * static_cast<std::size_t>(index); }
};

class TableCopy {
 public:
  TableCopy(hid_t from, hid_t to, const RowTable& table) : writes_(to >= 0) {
    std::size_t row_bytes = 1;
    for (const std::string& path : table.datasets) {
      RowValues& values = values_.emplace_back();
      values.path = path;
      values.from = h5::open_dataset(from, path);
      if (writes_) values.to = h5::open_dataset(to, path);
      values.type = h5::Type(h5::check(H5Dget_type(values.from.get()), "H5Dget_type", path));
      values.row_bytes = bytes_per_row(values.from.get(), values.type.get());
      row_bytes += values.row_bytes;
    }
    const auto index = [&](const std::string& path) {
      const auto found = std::ranges::find(table.datasets, path);
      if (found == table.datasets.end()) throw IoFailure(fmt::format("{} is missing", path));
      return static_cast<std::size_t>(found - table.datasets.begin());
    };
    for (const std::string& column : table.columns) columns_.push_back(index(column));
    status_ = index(table.path + "/status");
    crc_ = index(table.path + "/crc");
    if (values_[status_].row_bytes != sizeof(std::uint8_t) || values_[crc_].row_bytes != sizeof(std::uint32_t))
      throw IoFailure(fmt::format("status or crc of {} has another type than expected", table.path));
    rows_per_block_ = static_cast<std::int64_t>(std::max<std::size_t>(1, block_bytes / row_bytes));
  }

  std::int64_t rows_per_block() const { return rows_per_block_; }

  void copy(std::int64_t first, std::int64_t count, std::int64_t target, RowCount& counted) {
    for (RowValues& values : values_) values.read(first, count);
    const std::vector<std::uint32_t> found = checksums(count);
    for (std::int64_t row = 0; row < count; ++row) {
      const auto status = std::to_integer<std::uint8_t>(*values_[status_].row(row));
      std::uint32_t stored = 0;
      std::copy_n(values_[crc_].row(row), sizeof stored, reinterpret_cast<std::byte*>(&stored));
      if (status != 0 && found[static_cast<std::size_t>(row)] == stored)
        ++(status == 1 ? counted.done : counted.failed);
      else if (!counted.missing.empty() && counted.missing.back().last == target + row)
        ++counted.missing.back().last;
      else
        counted.missing.push_back({target + row, target + row + 1});
    }
    if (!writes_ || !counted.missing.empty()) return;
    for (const RowValues& values : values_) values.write(target, count);
  }

 private:
  // Of what was read, as RowBlock::crcs() of what was computed.
  std::vector<std::uint32_t> checksums(std::int64_t count) const {
    std::vector<ColumnBytes> summed;
    for (const std::size_t column : columns_)
      summed.push_back({values_[column].bytes.data(), values_[column].row_bytes});
    summed.push_back({values_[status_].bytes.data(), values_[status_].row_bytes});
    return row_checksums(static_cast<std::size_t>(count), summed);
  }

  bool writes_;
  std::vector<RowValues> values_;
  std::vector<std::size_t> columns_;
  std::size_t status_ = 0, crc_ = 0;
  std::int64_t rows_per_block_ = 1;
};

std::string digest(const std::vector<std::byte>& bytes) {
  return fmt::format("{:08x}", crc32c(bytes.data(), bytes.size()));
}
}  // namespace

std::vector<RowTable> row_tables(hid_t file) {
  std::vector<RowTable> tables;
  for_each_object(file, "", [&](const std::string& path) {
    if (last_component(path) != "status" || path.starts_with(std::string(provenance_path) + "/")) return;
    if (!h5::is_dataset(file, path)) return;
    if (h5::text_attribute(h5::open_dataset(file, path).get(), "status_meanings").empty()) return;
    tables.push_back(describe_table(file, parent_path(path)));
  });
  return tables;
}

std::map<std::string, std::string> common_content(hid_t file, const std::vector<RowTable>& tables) {
  std::map<std::string, std::string> content;
  const auto add = [&](const std::string& path) {
    if (path == provenance_path || path.starts_with(std::string(provenance_path) + "/")) return;
    const h5::Object object = h5::open_object(file, path.empty() ? "/" : path);
    for (const std::string& name : h5::attribute_names(object.get()))
      if (name != shard_index_attribute && name != first_row_attribute)
        content[path + "@" + name] = digest(read_attribute(object.get(), name).bytes);
    std::string& text = content[path.empty() ? "/" : path];
    if (path.empty() || !h5::is_dataset(file, path)) {
      text = "group";
      return;
    }
    const h5::Dataset dataset = h5::open_dataset(file, path);
    const h5::Type type(h5::check(H5Dget_type(dataset.get()), "H5Dget_type", path));
    const RowTable* table = table_of(tables, path);
    text = fmt::format("class {} of {} bytes", static_cast<int>(H5Tget_class(type.get())), H5Tget_size(type.get()));
    const std::vector<hsize_t> shape = h5::shape(dataset.get());
    for (std::size_t d = table == nullptr ? 0 : 1; d < shape.size(); ++d) text += fmt::format(", {}", shape[d]);
    if (table == nullptr) text += ", " + digest(read_whole(dataset.get(), type.get(), path));
  };
  add("");
  for_each_object(file, "", add);
  return content;
}

bool is_compressed(hid_t file, const std::vector<RowTable>& tables) {
  return std::ranges::any_of(tables, [&](const RowTable& table) {
    const h5::Dataset status = h5::open_dataset(file, table.path + "/status");
    const h5::Properties create(h5::check(H5Dget_create_plist(status.get()), "H5Dget_create_plist"));
    return H5Pget_layout(create.get()) == H5D_CHUNKED;
  });
}

void copy_structure(hid_t from, hid_t to, const std::vector<RowTable>& tables, Storage storage) {
  copy_attributes(h5::open_object(from, "/").get(), h5::open_object(to, "/").get());
  std::vector<std::string> datasets;
  for_each_object(from, "", [&](const std::string& path) {
    if (h5::is_dataset(from, path)) {
      copy_dataset(from, to, path, table_of(tables, path), storage);
      datasets.push_back(path);
      return;
    }
    h5::make_group(to, path);
    copy_attributes(h5::open_object(from, path).get(), h5::open_object(to, path).get());
  });
  for (const std::string& path : datasets) copy_scales(from, to, path);
}

RowCount copy_rows(hid_t from, hid_t to, const RowTable& table, const std::function<void(std::int64_t)>& advance) {
  RowCount counted;
  TableCopy rows(from, to, table);
  for (std::int64_t first = 0; first < table.rows; first += rows.rows_per_block()) {
    const std::int64_t count = std::min(rows.rows_per_block(), table.rows - first);
    rows.copy(first, count, table.first_row + first, counted);
    if (advance) advance(count);
  }
  return counted;
}

}  // namespace modscape::io
