// SPDX-License-Identifier: Apache-2.0
// Every file read here may be damaged or made by somebody else: whatever HDF5 complains about is BadInput, and what a
// dataset claims to hold is compared with the size of the file before memory is allocated for it.
#include <fmt/format.h>

#include "io/file_system.hpp"
#include "io/h5_tree.hpp"

namespace modscape::io {
namespace {
/// Bytes in the file; a filtered dataset may be larger in memory, but by no more than deflate can do.
std::uint64_t most_bytes(hid_t dataset, std::uint64_t file_bytes) {
  constexpr std::uint64_t best_compression = 1032;
  const h5::Properties create(h5::check(H5Dget_create_plist(dataset), "H5Dget_create_plist"));
  return H5Pget_layout(create.get()) == H5D_CHUNKED ? best_compression * file_bytes : file_bytes;
}
}  // namespace

struct TreeReader::Impl {
  std::string name;
  std::uint64_t bytes = 0;
  h5::File file;

  h5::Object object(const std::string& path) const {
    if (!h5::exists(file.get(), path)) throw BadInput(name, fmt::format("has no {}", path));
    return h5::open_object(file.get(), path);
  }

  h5::Dataset dataset(const std::string& path) const {
    if (!h5::exists(file.get(), path) || !h5::is_dataset(file.get(), path))
      throw BadInput(name, fmt::format("has no dataset {}", path));
    return h5::open_dataset(file.get(), path);
  }

  std::size_t checked_count(const h5::Dataset& data, const std::string& path, std::size_t element_bytes) const {
    const std::uint64_t count = h5::elements(h5::shape(data.get()));
    if (count > most_bytes(data.get(), bytes) / element_bytes)
      throw BadInput(name, fmt::format("{} claims {} values, more than the file can hold", path, count));
    return count;
  }

  template <class T>
  std::vector<T> read(const std::string& path, hid_t memory_type, const char* wanted,
                      const std::function<bool(H5T_class_t, std::size_t)>& accepts) const {
    return h5::reading(name, path, [&] {
      const h5::Dataset data = dataset(path);
      const h5::Type type(h5::check(H5Dget_type(data.get()), "H5Dget_type", path));
      const std::size_t size = H5Tget_size(type.get());
      if (size == 0 || !accepts(H5Tget_class(type.get()), size))
        throw BadInput(name, fmt::format("{} does not hold {}", path, wanted));
      std::vector<T> values(checked_count(data, path, size));
      h5::check(H5Dread(data.get(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "H5Dread", path);
      return values;
    });
  }
};

TreeReader::TreeReader(const std::string& path) : impl_(std::make_unique<Impl>()) {
  if (!file_exists(path)) throw BadInput(path, "no such file");
  impl_->name = path;
  h5::reading(path, "the file", [&] {
    impl_->bytes = static_cast<std::uint64_t>(file_size(path));
    impl_->file = h5::open_file(path, H5F_ACC_RDONLY);
  });
}
TreeReader::~TreeReader() = default;
TreeReader::TreeReader(TreeReader&&) noexcept = default;
TreeReader& TreeReader::operator=(TreeReader&&) noexcept = default;

bool TreeReader::exists(const std::string& path) const {
  return h5::reading(impl_->name, path, [&] { return h5::exists(impl_->file.get(), path); });
}

std::vector<std::int64_t> TreeReader::shape(const std::string& path) const {
  return h5::reading(impl_->name, path, [&] {
    const std::vector<hsize_t> lengths = h5::shape(impl_->dataset(path).get());
    return std::vector<std::int64_t>(lengths.begin(), lengths.end());
  });
}

std::vector<double> TreeReader::f64(const std::string& path) const {
  return impl_->read<double>(path, H5T_NATIVE_DOUBLE, "numbers",
                             [](H5T_class_t kind, std::size_t) { return kind == H5T_FLOAT || kind == H5T_INTEGER; });
}

std::vector<std::int32_t> TreeReader::i32(const std::string& path) const {
  return impl_->read<std::int32_t>(
      path, H5T_NATIVE_INT32, "integers of at most 32 bits",
      [](H5T_class_t kind, std::size_t size) { return kind == H5T_INTEGER && size <= sizeof(std::int32_t); });
}

std::vector<std::uint8_t> TreeReader::u8(const std::string& path) const {
  return impl_->read<std::uint8_t>(path, H5T_NATIVE_UINT8, "integers of 8 bits",
                                   [](H5T_class_t kind, std::size_t size) { return kind == H5T_INTEGER && size == 1; });
}

std::vector<std::string> TreeReader::strings(const std::string& path) const {
  return h5::reading(impl_->name, path, [&] {
    const h5::Dataset data = impl_->dataset(path);
    const h5::Type type(h5::check(H5Dget_type(data.get()), "H5Dget_type", path));
    const std::size_t width = H5Tget_size(type.get());
    if (width == 0 || H5Tget_class(type.get()) != H5T_STRING || H5Tis_variable_str(type.get()) != 0)
      throw BadInput(impl_->name, fmt::format("{} does not hold fixed-length texts", path));
    const std::size_t count = impl_->checked_count(data, path, width);
    std::string characters(count * width, '\0');
    h5::check(H5Dread(data.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, characters.data()), "H5Dread", path);
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < count; ++i) {
      texts.push_back(characters.substr(i * width, width));
      texts.back().resize(texts.back().find_last_not_of('\0') + 1);
    }
    return texts;
  });
}

std::string TreeReader::attribute(const std::string& path, const std::string& name) const {
  return h5::reading(impl_->name, path, [&] { return h5::text_attribute(impl_->object(path).get(), name); });
}

double TreeReader::number(const std::string& path, const std::string& name) const {
  return h5::reading(impl_->name, path, [&] { return h5::number_attribute(impl_->object(path).get(), name); });
}

std::vector<std::string> TreeReader::children(const std::string& path) const {
  return h5::reading(impl_->name, path, [&] {
    const h5::Object object = impl_->object(path);
    return h5::is_group(object.get(), ".") ? h5::children(object.get()) : std::vector<std::string>{};
  });
}

}  // namespace modscape::io
