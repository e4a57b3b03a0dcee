// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "core/build_info.hpp"
#include "io/file_system.hpp"
#include "io/h5_tree.hpp"
#include "io/lock.hpp"

namespace modscape::io {
namespace {
class Hdf5TreeWriter : public TreeWriter {
 public:
  Hdf5TreeWriter(hid_t file, std::string root) : file_(file), root_(std::move(root)) {
    if (!root_.empty()) h5::make_group(file_, root_);
  }

  void dataset(const std::string& path, std::span<const double> values, const std::vector<std::string>& axes,
               const std::string& units, const std::string& text) override {
    const Numbers numbers{H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, values.data(), values.size()};
    h5::describe(write(absolute(path), numbers, axes).get(), units, text);
  }

  void dataset(const std::string& path, std::span<const std::int32_t> values, const std::vector<std::string>& axes,
               const std::string& units, const std::string& text) override {
    const Numbers numbers{H5T_STD_I32LE, H5T_NATIVE_INT32, values.data(), values.size()};
    h5::describe(write(absolute(path), numbers, axes).get(), units, text);
  }

  void dataset(const std::string& path, const std::vector<std::string>& values, const std::vector<std::string>& axes,
               const std::string& text) override {
    write_texts(absolute(path), values, axes, text);
  }

  void axis(const std::string& path, std::span<const double> values, const std::string& units,
            const std::string& text) override {
    make_axis(file_, with_parents(path), values, units, text);
  }

  void label_axis(const std::string& path, const std::vector<std::string>& labels, const std::string& text) override {
    const std::string scale = with_parents(path);
    make_index_axis(file_, scale, static_cast<std::int64_t>(labels.size()), text);
    write_indices(file_, scale, 0);
    write_texts(scale + "_label", labels, {last_component(scale)}, text);
  }

  void attribute(const std::string& path, const std::string& name, const std::string& value) override {
    h5::write_attribute(open_or_make(path).get(), name, value);
  }

  void attribute(const std::string& path, const std::string& name, double value) override {
    h5::write_attribute(open_or_make(path).get(), name, value);
  }

 private:
  struct Numbers {
    hid_t file_type, memory_type;
    const void* values;
    std::size_t count;
  };

  /// Where `path` of the caller lies in the file; never ends with a slash, so the file's own root is "".
  std::string absolute(std::string path) const {
    while (path.ends_with('/')) path.pop_back();
    if (path.empty()) return root_;
    return root_ + (path.starts_with('/') ? path : "/" + path);
  }

  std::string with_parents(const std::string& path) const {
    const std::string full = absolute(path);
    if (const std::string parent = parent_path(full); !parent.empty()) h5::make_group(file_, parent);
    return full;
  }

  h5::Object open_or_make(const std::string& path) const {
    const std::string full = absolute(path);
    if (full.empty()) return h5::open_object(file_, "/");
    h5::make_group(file_, full);
    return h5::open_object(file_, full);
  }

  /// The scale called `name` in the group of `path` or the nearest enclosing one, as netCDF looks dimensions up.
  h5::Dataset find_axis(const std::string& path, const std::string& name) const {
    std::string group = path;
    do {
      group = parent_path(group);
      const std::string candidate = group + "/" + name;
      if (!h5::exists(file_, candidate) || !h5::is_dataset(file_, candidate)) continue;
      h5::Dataset scale = h5::open_dataset(file_, candidate);
      if (h5::check(H5DSis_scale(scale.get()), "H5DSis_scale", candidate) > 0) return scale;
    } while (!group.empty());
    throw InternalError(fmt::format("{}: no axis '{}' in its group or above", path, name));
  }

  h5::Dataset write(const std::string& path, const Numbers& numbers, const std::vector<std::string>& axes) const {
    std::vector<h5::Dataset> scales;
    std::vector<hsize_t> shape;
    for (const std::string& name : axes) {
      scales.push_back(find_axis(path, name));
      shape.push_back(h5::elements(h5::shape(scales.back().get())));
    }
    if (h5::elements(shape) != numbers.count)
      throw InternalError(fmt::format("{}: {} values for axes of {} points", path, numbers.count, h5::elements(shape)));
    if (const std::string parent = parent_path(path); !parent.empty()) h5::make_group(file_, parent);
    h5::Dataset dataset = h5::create_dataset(file_, path, numbers.file_type, shape);
    h5::write_all(dataset.get(), numbers.memory_type, numbers.values, path);
    for (std::size_t d = 0; d < scales.size(); ++d) h5::attach_scale(dataset.get(), scales[d].get(), d);
    return dataset;
  }

  void write_texts(const std::string& path, const std::vector<std::string>& values,
                   const std::vector<std::string>& axes, const std::string& text) const {
    std::size_t width = 1;
    for (const std::string& value : values) width = std::max(width, value.size());
    std::string characters;
    for (const std::string& value : values) characters += value + std::string(width - value.size(), '\0');
    const h5::Type type = h5::text_type(width);
    const h5::Dataset dataset = write(path, {type.get(), type.get(), characters.data(), values.size()}, axes);
    h5::write_attribute(dataset.get(), "long_name", text);
  }

  hid_t file_;
  std::string root_;
};

void write_provenance(hid_t file, const std::map<std::string, std::string>& provenance) {
  h5::make_group(file, "/provenance");
  const h5::Object group = h5::open_object(file, "/provenance");
  constexpr std::size_t longest_attribute =
      16000;  // all attributes of an object share 64 kB headers: longer texts are datasets
  for (const auto& [name, value] : provenance) {
    if (name != "job_text" && value.size() <= longest_attribute)
      h5::write_attribute(group.get(), name, value);
    else
      h5::write_text_dataset(group.get(), name, value);
  }
}
}  // namespace

std::unique_ptr<TreeWriter> make_tree_writer(hid_t file, std::string root) {
  return std::make_unique<Hdf5TreeWriter>(file, std::move(root));
}

void write_tree_file(const std::string& path, bool force, const std::map<std::string, std::string>& provenance,
                     const std::function<void(TreeWriter&)>& fill) {
  require_writable(path);
  const FileLock lock(path);
  if (file_exists(path) && !force)
    throw BadInput(path, "exists already", "choose another name, or --force to replace it");
  TemporaryFile temporary(path);
  h5::File file = h5::create_file(temporary.path());
  write_identity(file.get(), "");
  write_provenance(file.get(), provenance);
  fill(*make_tree_writer(file.get(), ""));
  file.close(temporary.path());
  temporary.commit();
}

}  // namespace modscape::io
