// SPDX-License-Identifier: Apache-2.0
// HDF5 behind owned handles and checked calls. With the .cpp files of this folder the only place that sees hdf5.h.
#pragma once
#include <hdf5.h>
#include <hdf5_hl.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "parallel/communicator.hpp"

namespace modscape::io::h5 {

/// Owned HDF5 identifier. close() is checked; the destructor closes what is left and cannot report.
template <herr_t (*Close)(hid_t)>
class Handle {
 public:
  Handle() = default;
  explicit Handle(hid_t id) noexcept : id_(id) {}
  Handle(Handle&& other) noexcept : id_(other.release()) {}
  Handle& operator=(Handle&& other) noexcept {
    Handle old(std::move(*this));
    id_ = other.release();
    return *this;
  }
  ~Handle() {
    if (id_ >= 0) Close(id_);
  }
  hid_t get() const noexcept { return id_; }
  hid_t release() noexcept { return std::exchange(id_, H5I_INVALID_HID); }
  void close(const std::string& object);

 private:
  hid_t id_ = H5I_INVALID_HID;
};
using File = Handle<H5Fclose>;
using Group = Handle<H5Gclose>;
using Dataset = Handle<H5Dclose>;
using Object = Handle<H5Oclose>;
using Space = Handle<H5Sclose>;
using Type = Handle<H5Tclose>;
using Attribute = Handle<H5Aclose>;
using Properties = Handle<H5Pclose>;

/// Throws IoFailure: the call, the object, and what HDF5's error stack says at its bottom, where it knows most.
[[noreturn]] void fail(const char* call, const std::string& object);

/// Passes an identifier, count or status through unless it is negative.
template <class T>
T check(T result, const char* call, const std::string& object = {}) {
  if (result < 0) fail(call, object);
  return result;
}

template <herr_t (*Close)(hid_t)>
void Handle<Close>::close(const std::string& object) {
  if (id_ >= 0) check(Close(release()), "close", object);
}

// Files. All are in the earliest format (a file left open by a killed process can be read) and without HDF5's own file
// locks (a reader must never disturb the writer; io/lock.hpp keeps a second writer out).
File create_file(const std::string& path);
File open_file(const std::string& path, unsigned flags);  ///< H5F_ACC_RDONLY or H5F_ACC_RDWR
File open_shared(const std::string& path, const parallel::Communicator& communicator);  ///< collective, read and write
File create_shared(const std::string& path, const parallel::Communicator& communicator);  ///< collective

// Groups and links. Paths are relative to `location` or absolute.
bool exists(hid_t location, const std::string& path);  ///< every component of it
bool is_group(hid_t location, const std::string& path);
bool is_dataset(hid_t location, const std::string& path);
void make_group(hid_t location, const std::string& path);  ///< with missing parents
Object open_object(hid_t location, const std::string& path);
Dataset open_dataset(hid_t location, const std::string& path);
std::vector<std::string> children(hid_t group);  ///< names, sorted

// Datasets and attributes.
Type text_type(std::size_t size);  ///< fixed-length UTF-8
std::vector<hsize_t> shape(hid_t dataset);
std::size_t elements(const std::vector<hsize_t>& shape);
/// Contiguous, allocated now, never filled: nothing is left to be decided (or written) while many ranks write. Scalar
/// if `shape` is empty.
Dataset create_dataset(hid_t location, const std::string& path, hid_t type, const std::vector<hsize_t>& shape);
/// A dataset that reads as zeros and takes no space, as long as nobody writes to it.
Dataset create_unwritten(hid_t location, const std::string& path, hid_t type, const std::vector<hsize_t>& shape);
bool is_unwritten(hid_t dataset);
/// Whole rows [first, first+count) along the first dimension; `transfer` is a property list of a transfer, `object` is
/// for the message of a failure.
void read_rows(hid_t dataset, hid_t memory_type, void* values, std::int64_t first, std::int64_t count, hid_t transfer,
               const std::string& object);
void write_rows(hid_t dataset, hid_t memory_type, const void* values, std::int64_t first, std::int64_t count,
                hid_t transfer, const std::string& object);
void write_all(hid_t dataset, hid_t memory_type, const void* values, const std::string& path);
void write_text_dataset(hid_t location, const std::string& path, const std::string& text);
void write_attribute(hid_t object, const std::string& name, const std::string& value);  ///< below 64 kB (limit of HDF5)
void write_attribute(hid_t object, const std::string& name, double value);
void write_attribute(hid_t object, const std::string& name, int value);
/// Any other; scalar if `shape` is empty.
void write_attribute(hid_t object, const std::string& name, hid_t file_type, hid_t memory_type, const void* value,
                     const std::vector<hsize_t>& shape = {});
std::string text_attribute(hid_t object, const std::string& name);  ///< empty if absent or not a fixed-length string
double number_attribute(hid_t object, const std::string& name);     ///< NaN if absent or not a number

/// Without what the dimension-scale library writes for itself, which is full of addresses.
std::set<std::string> attribute_names(hid_t object);

// Dimension scales (what xarray and netCDF call coordinates).
void describe(hid_t dataset, const std::string& units, const std::string& text);  ///< attributes units and long_name
void make_scale(hid_t dataset, const std::string& name);
void attach_scale(hid_t dataset, hid_t scale, std::size_t dimension);
std::vector<std::string> attached_scales(hid_t dataset, unsigned dimension);  ///< absolute paths

/// Whatever HDF5 complains about in a file we were given is the file's fault: BadInput that names `file`, and `part` of
/// it if not empty.
template <class Action>
auto reading(const std::string& file, const std::string& part, Action action) {
  try {
    return action();
  } catch (const IoFailure& failure) {
    throw BadInput(file, (part.empty() ? "" : part + " ") + "cannot be read: " + failure.what());
  }
}

}  // namespace modscape::io::h5
