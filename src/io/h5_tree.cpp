// SPDX-License-Identifier: Apache-2.0
#include "io/h5_tree.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "core/build_info.hpp"

namespace modscape::io {

void write_identity(hid_t file, const std::string& title) {
  const h5::Object root = h5::open_object(file, "/");
  if (!title.empty()) h5::write_attribute(root.get(), "title", title);
  h5::write_attribute(root.get(), "program", std::string(program_name));
  h5::write_attribute(root.get(), "format_version", format_version);
}

h5::Dataset make_axis(hid_t file, const std::string& path, std::span<const double> values, const std::string& units,
                      const std::string& text) {
  h5::Dataset scale = h5::create_dataset(file, path, H5T_IEEE_F64LE, {values.size()});
  h5::write_all(scale.get(), H5T_NATIVE_DOUBLE, values.data(), path);
  h5::describe(scale.get(), units, text);
  h5::make_scale(scale.get(), last_component(path));
  return scale;
}

h5::Dataset make_index_axis(hid_t file, const std::string& path, std::int64_t length, const std::string& text) {
  h5::Dataset scale = h5::create_dataset(file, path, H5T_STD_I64LE, {static_cast<hsize_t>(length)});
  h5::describe(scale.get(), "1", text);
  h5::make_scale(scale.get(), last_component(path));
  return scale;
}

void write_indices(hid_t file, const std::string& path, std::int64_t first) {
  const h5::Dataset scale = h5::open_dataset(file, path);
  const auto length = static_cast<std::int64_t>(h5::elements(h5::shape(scale.get())));
  constexpr std::int64_t block = 1 << 16;
  std::vector<std::int64_t> indices(static_cast<std::size_t>(std::min(block, length)));
  for (std::int64_t row = 0; row < length; row += block) {
    const std::int64_t count = std::min(block, length - row);
    std::iota(indices.begin(), indices.begin() + count, first + row);
    const h5::Rows rows = h5::select_rows(scale.get(), row, count);
    h5::check(H5Dwrite(scale.get(), H5T_NATIVE_INT64, rows.memory.get(), rows.file.get(), H5P_DEFAULT, indices.data()),
              "H5Dwrite", path);
  }
}

std::string parent_path(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

std::string last_component(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace modscape::io
