// SPDX-License-Identifier: Apache-2.0
#include "io/h5_tree.hpp"

#include <fmt/format.h>

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

namespace {
constexpr std::string_view bare_axis = "This is a netCDF dimension but not a netCDF variable.";
}

std::string bare_axis_name(std::int64_t length) {
  return fmt::format("{}{:>10}", bare_axis, length);
}

bool is_bare_axis(hid_t dataset) {
  std::string name(bare_axis.size(), '\0');
  return H5DSis_scale(dataset) > 0 && H5DSget_scale_name(dataset, name.data(), name.size() + 1) > 0 &&
         name == bare_axis;
}

h5::Dataset make_bare_axis(hid_t file, const std::string& path, std::int64_t length, const std::string& text) {
  h5::Dataset scale = h5::create_unwritten(file, path, H5T_STD_U8LE, {static_cast<hsize_t>(length)});
  h5::describe(scale.get(), "1", text);
  h5::make_scale(scale.get(), bare_axis_name(length));
  return scale;
}

void write_indices(hid_t file, const std::string& path, std::int64_t first_index) {
  constexpr std::size_t most = 1 << 18;
  const h5::Dataset scale = h5::open_dataset(file, path);
  const std::size_t length = h5::elements(h5::shape(scale.get()));
  std::vector<std::int64_t> indices(std::min(length, most));
  for (std::size_t first = 0; first < length; first += most) {
    indices.resize(std::min(most, length - first));
    std::iota(indices.begin(), indices.end(), first_index + static_cast<std::int64_t>(first));
    h5::write_rows(scale.get(), H5T_NATIVE_INT64, indices.data(), static_cast<std::int64_t>(first),
                   static_cast<std::int64_t>(indices.size()), H5P_DEFAULT, path);
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
