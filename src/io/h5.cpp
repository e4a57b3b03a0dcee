// SPDX-License-Identifier: Apache-2.0
#include "io/h5.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <sstream>

#include "core/error.hpp"

namespace modscape::io::h5 {
namespace {
/// Once per process, before any other call: errors go through check(), and nothing is closed behind our back at exit
/// (closing a shared file communicates, which a rank that ends alone must not).
void start() {
  static const bool started = [] {
    H5dont_atexit();
    check(H5open(), "H5open");
    check(H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr), "H5Eset_auto2");
    return true;
  }();
  static_cast<void>(started);
}

Properties file_access() {
  start();
  Properties access(check(H5Pcreate(H5P_FILE_ACCESS), "H5Pcreate"));
  check(H5Pset_libver_bounds(access.get(), H5F_LIBVER_EARLIEST, H5F_LIBVER_V18), "H5Pset_libver_bounds");
  check(H5Pset_file_locking(access.get(), false, true), "H5Pset_file_locking");
  return access;
}

/// Creation properties without time stamps, so that equal results are equal files.
Properties creation(hid_t kind) {
  Properties properties(check(H5Pcreate(kind), "H5Pcreate"));
  check(H5Pset_obj_track_times(properties.get(), false), "H5Pset_obj_track_times");
  return properties;
}

H5O_type_t object_type(hid_t location, const std::string& path) {
  const Object object = open_object(location, path);
  H5O_info_t info;
  check(H5Oget_info2(object.get(), &info, H5O_INFO_BASIC), "H5Oget_info", path);
  return info.type;
}

/// Scalar if `shape` is empty.
Space simple_space(const std::vector<hsize_t>& shape, const std::string& object) {
  const int rank = static_cast<int>(shape.size());
  return Space(
      check(rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(rank, shape.data(), nullptr), "H5Screate", object));
}

struct OpenAttribute {
  Attribute id;
  Type type;  ///< none if the object has no such attribute, or an array of values
};

OpenAttribute open_single(hid_t object, const std::string& name) {
  OpenAttribute attribute;
  if (check(H5Aexists(object, name.c_str()), "H5Aexists", name) == 0) return attribute;
  attribute.id = Attribute(check(H5Aopen(object, name.c_str(), H5P_DEFAULT), "H5Aopen", name));
  const Space space(check(H5Aget_space(attribute.id.get()), "H5Aget_space", name));
  if (H5Sget_simple_extent_npoints(space.get()) == 1)
    attribute.type = Type(check(H5Aget_type(attribute.id.get()), "H5Aget_type", name));
  return attribute;
}

struct Rows {
  Space file, memory;
};

Rows select_rows(hid_t dataset, std::int64_t first, std::int64_t count) {
  std::vector<hsize_t> lengths = shape(dataset), start(lengths.size(), 0);
  start.at(0) = static_cast<hsize_t>(first);
  lengths[0] = static_cast<hsize_t>(count);
  Rows rows{
      Space(check(H5Dget_space(dataset), "H5Dget_space")),
      Space(check(H5Screate_simple(static_cast<int>(lengths.size()), lengths.data(), nullptr), "H5Screate_simple"))};
  check(H5Sselect_hyperslab(rows.file.get(), H5S_SELECT_SET, start.data(), nullptr, lengths.data(), nullptr),
        "H5Sselect_hyperslab");
  return rows;
}
}  // namespace

void fail(const char* call, const std::string& object) {
  std::string reason;
  const auto first_entry = [](unsigned n, const H5E_error2_t* entry, void* text) -> herr_t {
    if (n == 0 && entry->desc != nullptr) *static_cast<std::string*>(text) = entry->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, first_entry, &reason);
  throw IoFailure(fmt::format("{}{}{} failed: {}", call, object.empty() ? "" : " of ", object,
                              reason.empty() ? "no reason given" : reason));
}

File create_file(const std::string& path) {
  const Properties access = file_access();
  const Properties create = creation(H5P_FILE_CREATE);
  return File(check(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, create.get(), access.get()), "H5Fcreate", path));
}

File open_file(const std::string& path, unsigned flags) {
  // HDF5 opens a folder and complains, at length, only when it reads.
  if (std::filesystem::is_directory(path)) throw IoFailure(path + " is a folder");
  const Properties access = file_access();
  return File(check(H5Fopen(path.c_str(), flags, access.get()), "H5Fopen", path));
}

File open_shared(const std::string& path, const parallel::Communicator& communicator) {
  const Properties access = file_access();
  check(H5Pset_fapl_mpio(access.get(), communicator.handle(), MPI_INFO_NULL), "H5Pset_fapl_mpio");
  return File(check(H5Fopen(path.c_str(), H5F_ACC_RDWR, access.get()), "H5Fopen", path));
}

File create_shared(const std::string& path, const parallel::Communicator& communicator) {
  const Properties access = file_access();
  const Properties create = creation(H5P_FILE_CREATE);
  check(H5Pset_fapl_mpio(access.get(), communicator.handle(), MPI_INFO_NULL), "H5Pset_fapl_mpio");
  return File(check(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, create.get(), access.get()), "H5Fcreate", path));
}

bool exists(hid_t location, const std::string& path) {
  std::istringstream parts(path);
  std::string part;
  std::string prefix = path.starts_with('/') ? "/" : "";
  while (std::getline(parts, part, '/')) {
    if (part.empty()) continue;
    if (prefix.ends_with('/') && !is_group(location, prefix)) return false;
    prefix += part;
    if (check(H5Lexists(location, prefix.c_str(), H5P_DEFAULT), "H5Lexists", prefix) == 0) return false;
    if (check(H5Oexists_by_name(location, prefix.c_str(), H5P_DEFAULT), "H5Oexists_by_name", prefix) == 0) return false;
    prefix += '/';
  }
  return true;
}

bool is_group(hid_t location, const std::string& path) {
  return object_type(location, path) == H5O_TYPE_GROUP;
}

bool is_dataset(hid_t location, const std::string& path) {
  return object_type(location, path) == H5O_TYPE_DATASET;
}

void make_group(hid_t location, const std::string& path) {
  if (exists(location, path)) return;
  const std::size_t slash = path.rfind('/');
  if (slash != std::string::npos && slash > 0) make_group(location, path.substr(0, slash));
  const Properties create = creation(H5P_GROUP_CREATE);
  const Group group(
      check(H5Gcreate2(location, path.c_str(), H5P_DEFAULT, create.get(), H5P_DEFAULT), "H5Gcreate2", path));
}

Object open_object(hid_t location, const std::string& path) {
  return Object(check(H5Oopen(location, path.c_str(), H5P_DEFAULT), "H5Oopen", path));
}

Dataset open_dataset(hid_t location, const std::string& path) {
  return Dataset(check(H5Dopen2(location, path.c_str(), H5P_DEFAULT), "H5Dopen2", path));
}

std::vector<std::string> children(hid_t group) {
  H5G_info_t info;
  check(H5Gget_info(group, &info), "H5Gget_info");
  std::vector<std::string> names;
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    const auto name = [&](char* text, std::size_t size) {
      return check(H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, i, text, size, H5P_DEFAULT),
                   "H5Lget_name_by_idx");
    };
    std::string text(static_cast<std::size_t>(name(nullptr, 0)), '\0');
    name(text.data(), text.size() + 1);
    names.push_back(text);
  }
  return names;
}

Type text_type(std::size_t size) {
  Type type(check(H5Tcopy(H5T_C_S1), "H5Tcopy"));
  check(H5Tset_size(type.get(), size > 0 ? size : 1), "H5Tset_size");  // HDF5 has no empty strings
  check(H5Tset_cset(type.get(), H5T_CSET_UTF8), "H5Tset_cset");
  check(H5Tset_strpad(type.get(), H5T_STR_NULLPAD), "H5Tset_strpad");
  return type;
}

std::vector<hsize_t> shape(hid_t dataset) {
  const Space space(check(H5Dget_space(dataset), "H5Dget_space"));
  const int rank = check(H5Sget_simple_extent_ndims(space.get()), "H5Sget_simple_extent_ndims");
  std::vector<hsize_t> lengths(static_cast<std::size_t>(rank));
  check(H5Sget_simple_extent_dims(space.get(), lengths.data(), nullptr), "H5Sget_simple_extent_dims");
  return lengths;
}

std::size_t elements(const std::vector<hsize_t>& shape) {
  std::size_t product = 1;
  for (const hsize_t length : shape)
    if (__builtin_mul_overflow(product, length, &product))
      throw IoFailure("a dataset has more elements than can exist");
  return product;
}

Dataset create_dataset(hid_t location, const std::string& path, hid_t type, const std::vector<hsize_t>& shape) {
  const Properties create = creation(H5P_DATASET_CREATE);
  check(H5Pset_layout(create.get(), H5D_CONTIGUOUS), "H5Pset_layout");
  check(H5Pset_alloc_time(create.get(), H5D_ALLOC_TIME_EARLY), "H5Pset_alloc_time");
  check(H5Pset_fill_time(create.get(), H5D_FILL_TIME_NEVER), "H5Pset_fill_time");
  const Space space = simple_space(shape, path);
  return Dataset(check(H5Dcreate2(location, path.c_str(), type, space.get(), H5P_DEFAULT, create.get(), H5P_DEFAULT),
                       "H5Dcreate2", path));
}

Dataset create_unwritten(hid_t location, const std::string& path, hid_t type, const std::vector<hsize_t>& shape) {
  const Properties create = creation(H5P_DATASET_CREATE);
  const Space space = simple_space(shape, path);
  return Dataset(check(H5Dcreate2(location, path.c_str(), type, space.get(), H5P_DEFAULT, create.get(), H5P_DEFAULT),
                       "H5Dcreate2", path));
}

bool is_unwritten(hid_t dataset) {
  return H5Dget_storage_size(dataset) == 0;
}

void read_rows(hid_t dataset, hid_t memory_type, void* values, std::int64_t first, std::int64_t count, hid_t transfer,
               const std::string& object) {
  const Rows rows = select_rows(dataset, first, count);
  check(H5Dread(dataset, memory_type, rows.memory.get(), rows.file.get(), transfer, values), "H5Dread", object);
}

void write_rows(hid_t dataset, hid_t memory_type, const void* values, std::int64_t first, std::int64_t count,
                hid_t transfer, const std::string& object) {
  const Rows rows = select_rows(dataset, first, count);
  check(H5Dwrite(dataset, memory_type, rows.memory.get(), rows.file.get(), transfer, values), "H5Dwrite", object);
}

void write_all(hid_t dataset, hid_t memory_type, const void* values, const std::string& path) {
  check(H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), "H5Dwrite", path);
}

void write_text_dataset(hid_t location, const std::string& path, const std::string& text) {
  const Type type = text_type(text.size());
  write_all(create_dataset(location, path, type.get(), {}).get(), type.get(), text.c_str(), path);
}

void write_attribute(hid_t object, const std::string& name, const std::string& value) {
  constexpr std::size_t limit = 64000;
  if (value.size() > limit) throw InternalError(fmt::format("attribute {} has {} bytes", name, value.size()));
  const Type type = text_type(value.size());
  write_attribute(object, name, type.get(), type.get(), value.c_str());
}

void write_attribute(hid_t object, const std::string& name, double value) {
  write_attribute(object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value);
}

void write_attribute(hid_t object, const std::string& name, int value) {
  write_attribute(object, name, H5T_STD_I32LE, H5T_NATIVE_INT, &value);
}

void write_attribute(hid_t object, const std::string& name, hid_t file_type, hid_t memory_type, const void* value,
                     const std::vector<hsize_t>& shape) {
  if (check(H5Aexists(object, name.c_str()), "H5Aexists", name) > 0)
    check(H5Adelete(object, name.c_str()), "H5Adelete", name);
  const Space space = simple_space(shape, name);
  const Attribute attribute(
      check(H5Acreate2(object, name.c_str(), file_type, space.get(), H5P_DEFAULT, H5P_DEFAULT), "H5Acreate2", name));
  check(H5Awrite(attribute.get(), memory_type, value), "H5Awrite", name);
}

std::string text_attribute(hid_t object, const std::string& name) {
  const OpenAttribute attribute = open_single(object, name);
  const hid_t type = attribute.type.get();
  if (type < 0 || H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) != 0) return {};
  constexpr std::size_t limit = std::size_t{1} << 20;  // a damaged file may claim any size
  if (H5Tget_size(type) > limit) return {};
  std::string text(H5Tget_size(type), '\0');
  check(H5Aread(attribute.id.get(), type, text.data()), "H5Aread", name);
  text.resize(text.find_last_not_of('\0') + 1);
  return text;
}

double number_attribute(hid_t object, const std::string& name) {
  const OpenAttribute attribute = open_single(object, name);
  double value = std::numeric_limits<double>::quiet_NaN();
  const H5T_class_t kind = attribute.type.get() < 0 ? H5T_NO_CLASS : H5Tget_class(attribute.type.get());
  if (kind == H5T_FLOAT || kind == H5T_INTEGER)
    check(H5Aread(attribute.id.get(), H5T_NATIVE_DOUBLE, &value), "H5Aread", name);
  return value;
}

std::set<std::string> attribute_names(hid_t object) {
  std::set<std::string> names;
  const auto collect = [](hid_t, const char* name, const H5A_info_t*, void* found) -> herr_t {
    static_cast<std::set<std::string>*>(found)->insert(name);
    return 0;
  };
  check(H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, nullptr, collect, &names), "H5Aiterate2");
  for (const char* bookkeeping : {"DIMENSION_LIST", "REFERENCE_LIST"}) names.erase(bookkeeping);
  return names;
}

void describe(hid_t dataset, const std::string& units, const std::string& text) {
  write_attribute(dataset, "units", units.empty() ? "1" : units);  // "1" is CF's dimensionless
  write_attribute(dataset, "long_name", text);
}

void make_scale(hid_t dataset, const std::string& name) {
  check(H5DSset_scale(dataset, name.c_str()), "H5DSset_scale", name);
}

void attach_scale(hid_t dataset, hid_t scale, std::size_t dimension) {
  check(H5DSattach_scale(dataset, scale, static_cast<unsigned>(dimension)), "H5DSattach_scale");
}

std::vector<std::string> attached_scales(hid_t dataset, unsigned dimension) {
  std::vector<std::string> paths;
  const auto collect = [](hid_t, unsigned, hid_t scale, void* found) -> herr_t {
    std::string name(4096, '\0');
    const ssize_t length = H5Iget_name(scale, name.data(), name.size());
    name.resize(length > 0 ? std::min(static_cast<std::size_t>(length), name.size()) : 0);
    static_cast<std::vector<std::string>*>(found)->push_back(name);
    return 0;
  };
  if (H5DSis_scale(dataset) > 0) return paths;  // a scale has no scales
  check(H5DSiterate_scales(dataset, dimension, nullptr, collect, &paths), "H5DSiterate_scales");
  return paths;
}

}  // namespace modscape::io::h5
