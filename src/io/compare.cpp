// SPDX-License-Identifier: Apache-2.0
#include "io/compare.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "io/file_system.hpp"
#include "io/h5_tree.hpp"
#include "io/layout.hpp"
#include "io/log_layout.hpp"

namespace modscape::io {
namespace {
constexpr std::size_t block_bytes = 4 << 20;
constexpr int deepest = 64;  // a damaged file may contain itself

struct Differences {
  std::vector<std::string> lines;
  std::size_t limit;
  bool full() const { return lines.size() > limit; }
  void add(const std::string& path, const std::string& text) {
    if (full()) return;
    lines.push_back(lines.size() == limit ? "... and more" : (path.empty() ? "/" : path) + ": " + text);
  }
};

std::string describe_type(hid_t type) {
  const std::size_t bits = 8 * H5Tget_size(type);
  const char* const order = H5Tget_order(type) == H5T_ORDER_BE ? " big-endian" : "";
  switch (H5Tget_class(type)) {
    case H5T_INTEGER:
      return fmt::format("{}int{}{}", H5Tget_sign(type) == H5T_SGN_NONE ? "u" : "", bits, order);
    case H5T_FLOAT:
      return fmt::format("float{}{}", bits, order);
    case H5T_STRING:
      return fmt::format("text of {} bytes", bits / 8);
    default:
      return fmt::format("class {} of {} bytes", static_cast<int>(H5Tget_class(type)), bits / 8);
  }
}

/// Addresses into the file, not values: their bytes say nothing.
bool holds_references(hid_t type) {
  return H5Tdetect_class(type, H5T_VLEN) > 0 || H5Tdetect_class(type, H5T_REFERENCE) > 0 ||
         H5Tis_variable_str(type) > 0;
}

/// True if the bytes of both can be compared.
bool same_type(hid_t a, hid_t b, const std::string& path, Differences& out) {
  const std::string text_a = describe_type(a), text_b = describe_type(b);
  if (h5::check(H5Tequal(a, b), "H5Tequal", path) == 0) {
    out.add(path, text_a == text_b ? fmt::format("types differ, both {}", text_a)
                                   : fmt::format("type {} against {}", text_a, text_b));
    return false;
  }
  if (!holds_references(a)) return true;
  out.add(path, "holds references or variable-length data, which are not compared");
  return false;
}

bool same_space(hid_t a, hid_t b, const std::string& path, Differences& out) {
  if (H5Sget_simple_extent_type(a) != H5Sget_simple_extent_type(b)) {
    out.add(path, "scalar against array");
    return false;
  }
  const auto lengths = [](hid_t space) {
    std::vector<hsize_t> shape(static_cast<std::size_t>(std::max(0, H5Sget_simple_extent_ndims(space))));
    h5::check(H5Sget_simple_extent_dims(space, shape.data(), nullptr), "H5Sget_simple_extent_dims");
    return shape;
  };
  const std::vector<hsize_t> shape_a = lengths(a), shape_b = lengths(b);
  if (shape_a != shape_b) out.add(path, fmt::format("shape {} against {}", shape_a, shape_b));
  return shape_a == shape_b;
}

std::vector<std::byte> attribute_bytes(hid_t attribute, hid_t type) {
  std::vector<std::byte> bytes(H5Aget_storage_size(attribute));
  if (!bytes.empty()) h5::check(H5Aread(attribute, type, bytes.data()), "H5Aread");
  return bytes;
}

void compare_attribute(hid_t a, hid_t b, const std::string& name, const std::string& path, Differences& out) {
  const std::string place = path + "@" + name;
  const h5::Attribute in_a(h5::check(H5Aopen(a, name.c_str(), H5P_DEFAULT), "H5Aopen", place));
  const h5::Attribute in_b(h5::check(H5Aopen(b, name.c_str(), H5P_DEFAULT), "H5Aopen", place));
  const h5::Type type_a(h5::check(H5Aget_type(in_a.get()), "H5Aget_type", place));
  const h5::Type type_b(h5::check(H5Aget_type(in_b.get()), "H5Aget_type", place));
  const h5::Space space_a(h5::check(H5Aget_space(in_a.get()), "H5Aget_space", place));
  const h5::Space space_b(h5::check(H5Aget_space(in_b.get()), "H5Aget_space", place));
  if (!same_type(type_a.get(), type_b.get(), place, out) || !same_space(space_a.get(), space_b.get(), place, out))
    return;
  if (attribute_bytes(in_a.get(), type_a.get()) != attribute_bytes(in_b.get(), type_b.get()))
    out.add(place, "values differ");
}

/// Reports names that only one side has; returns those of both.
std::vector<std::string> common(const std::set<std::string>& a, const std::set<std::string>& b, const std::string& what,
                                const std::string& path, Differences& out) {
  std::vector<std::string> both;
  for (const std::string& name : a) {
    if (b.contains(name))
      both.push_back(name);
    else
      out.add(path, fmt::format("{} '{}' only in the first file", what, name));
  }
  for (const std::string& name : b)
    if (!a.contains(name)) out.add(path, fmt::format("{} '{}' only in the second file", what, name));
  return both;
}

void compare_attributes(hid_t a, hid_t b, const std::string& path, Differences& out) {
  for (const std::string& name : common(h5::attribute_names(a), h5::attribute_names(b), "attribute", path, out))
    compare_attribute(a, b, name, path, out);
}

void compare_scales(hid_t a, hid_t b, std::size_t dimensions, const std::string& path, Differences& out) {
  for (unsigned d = 0; d < dimensions; ++d) {
    const std::vector<std::string> in_a = h5::attached_scales(a, d), in_b = h5::attached_scales(b, d);
    if (in_a != in_b) out.add(path, fmt::format("axes of dimension {}: {} against {}", d, in_a, in_b));
  }
}

/// Calls action(start, count) for boxes of at most `most` elements that cover `shape` in storage order.
template <class Action>
void for_each_box(const std::vector<hsize_t>& shape, hsize_t most, Action action) {
  if (h5::elements(shape) == 0) return;
  std::vector<hsize_t> start(shape.size(), 0), count(shape.size(), 1);
  // Whole trailing dimensions as long as they fit, a slice of the next one, single indices before it.
  std::size_t split = shape.size();
  hsize_t volume = 1;
  while (split > 0 && volume * shape[split - 1] <= most) volume *= shape[--split];
  for (std::size_t d = split; d < shape.size(); ++d) count[d] = shape[d];
  if (split == 0) return action(start, count);
  const std::size_t sliced = split - 1;
  const hsize_t step = std::max<hsize_t>(1, most / volume);
  while (start[0] < shape[0]) {
    count[sliced] = std::min(step, shape[sliced] - start[sliced]);
    action(start, count);
    start[sliced] += count[sliced];
    for (std::size_t d = sliced; d > 0 && start[d] >= shape[d]; --d) {
      start[d] = 0;
      ++start[d - 1];
    }
  }
}

std::vector<std::byte> read_box(hid_t dataset, hid_t type, const std::vector<hsize_t>& start,
                                const std::vector<hsize_t>& count, const std::string& path) {
  std::vector<std::byte> bytes(h5::elements(count) * H5Tget_size(type));
  const h5::Space file(h5::check(H5Dget_space(dataset), "H5Dget_space", path));
  h5::Space memory(h5::check(H5Screate(H5S_SCALAR), "H5Screate"));
  if (!count.empty()) {
    memory = h5::Space(h5::check(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr), "H5Screate"));
    h5::check(H5Sselect_hyperslab(file.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr),
              "H5Sselect_hyperslab", path);
  }
  h5::check(H5Dread(dataset, type, memory.get(), file.get(), H5P_DEFAULT, bytes.data()), "H5Dread", path);
  return bytes;
}

/// The value for a person, where it is a number.
std::string describe_value(hid_t type, const std::byte* bytes) {
  if (H5Tequal(type, H5T_NATIVE_DOUBLE) > 0) {
    double value = 0;
    std::memcpy(&value, bytes, sizeof value);
    return fmt::format("{}", value);
  }
  std::string text = "0x";
  for (std::size_t i = H5Tget_size(type); i-- > 0;) text += fmt::format("{:02x}", static_cast<unsigned>(bytes[i]));
  return text.substr(0, 64);
}

void compare_values(hid_t a, hid_t b, hid_t type, const std::vector<hsize_t>& shape, const std::string& path,
                    Differences& out) {
  const std::size_t size = H5Tget_size(type);
  std::size_t seen = 0, different = 0;
  std::string first;
  for_each_box(shape, std::max<hsize_t>(1, block_bytes / size), [&](const auto& start, const auto& count) {
    const std::vector<std::byte> in_a = read_box(a, type, start, count, path);
    const std::vector<std::byte> in_b = read_box(b, type, start, count, path);
    seen += in_a.size() / size;
    if (in_a == in_b) return;
    const std::size_t before = seen - in_a.size() / size;
    for (std::size_t i = 0; i < in_a.size(); i += size) {
      if (std::memcmp(&in_a[i], &in_b[i], size) == 0) continue;
      if (different++ == 0)
        first = fmt::format("first at element {}: {} against {}", before + i / size, describe_value(type, &in_a[i]),
                            describe_value(type, &in_b[i]));
    }
  });
  if (different > 0) out.add(path, fmt::format("{} of {} values differ, {}", different, seen, first));
}

/// `rows`: how many of them count, where not all do.
void compare_datasets(hid_t a, hid_t b, const std::string& path, std::optional<hsize_t> rows, Differences& out) {
  const h5::Type type_a(h5::check(H5Dget_type(a), "H5Dget_type", path));
  const h5::Type type_b(h5::check(H5Dget_type(b), "H5Dget_type", path));
  const h5::Space space_a(h5::check(H5Dget_space(a), "H5Dget_space", path));
  const h5::Space space_b(h5::check(H5Dget_space(b), "H5Dget_space", path));
  const bool types = same_type(type_a.get(), type_b.get(), path, out);
  if (!same_space(space_a.get(), space_b.get(), path, out)) return;
  std::vector<hsize_t> shape = h5::shape(a);
  compare_scales(a, b, shape.size(), path, out);
  if (is_bare_axis(a) && is_bare_axis(b)) return;
  if (rows && !shape.empty()) shape[0] = std::min(shape[0], *rows);
  if (types && H5Sget_simple_extent_type(space_a.get()) != H5S_NULL)
    compare_values(a, b, type_a.get(), shape, path, out);
}

H5O_type_t kind_of(hid_t object, const std::string& path) {
  H5O_info_t info;
  h5::check(H5Oget_info2(object, &info, H5O_INFO_BASIC), "H5Oget_info", path);
  return info.type;
}

H5L_info_t link_of(hid_t group, const std::string& name) {
  H5L_info_t info;
  h5::check(H5Lget_info(group, name.c_str(), &info, H5P_DEFAULT), "H5Lget_info", name);
  return info;
}

void compare_objects(hid_t a, hid_t b, const std::string& path, int depth, std::optional<hsize_t> rows,
                     Differences& out);

/// Rows of an object of the group `path` that count, if the group is a log and the object one of its columns: what lies
/// behind them was never committed.
std::function<std::optional<hsize_t>(const std::string&)> rows_that_count(hid_t a, hid_t b, const std::string& path,
                                                                          Differences& out) {
  const std::optional<LogState> in_a = log_state(a, path), in_b = log_state(b, path);
  if (!in_a || !in_b) return [](const std::string&) { return std::nullopt; };
  if (in_a->used != in_b->used) out.add(path, fmt::format("{} rows in use against {}", in_a->used, in_b->used));
  const auto used = static_cast<hsize_t>(std::min(in_a->used, in_b->used));
  return [used, columns = in_a->columns](const std::string& name) {
    const bool is_column = std::ranges::find(columns, name) != columns.end();
    return is_column ? std::optional(used) : std::nullopt;
  };
}

void compare_groups(hid_t a, hid_t b, const std::string& path, int depth, Differences& out) {
  const auto names = [&](hid_t group) {
    const std::vector<std::string> list = h5::children(group);
    std::set<std::string> compared(list.begin(), list.end());
    std::erase_if(compared, [&](const std::string& name) { return path + "/" + name == provenance_path; });
    return compared;
  };
  if (depth > deepest) {
    out.add(path, "groups are nested too deep");
    return;
  }
  const auto rows = rows_that_count(a, b, path, out);
  for (const std::string& name : common(names(a), names(b), "object", path, out)) {
    const std::string child = path + "/" + name;
    if (link_of(a, name).type != H5L_TYPE_HARD || link_of(b, name).type != H5L_TYPE_HARD)
      out.add(child, "is a soft or external link, which results never have");
    else
      compare_objects(h5::open_object(a, name).get(), h5::open_object(b, name).get(), child, depth + 1, rows(name),
                      out);
  }
}

void compare_objects(hid_t a, hid_t b, const std::string& path, int depth, std::optional<hsize_t> rows,
                     Differences& out) {
  if (out.full()) return;
  const H5O_type_t kind = kind_of(a, path);
  if (kind != kind_of(b, path)) {
    out.add(path, "group against dataset");
    return;
  }
  compare_attributes(a, b, path, out);
  if (kind == H5O_TYPE_GROUP) compare_groups(a, b, path, depth, out);
  if (kind == H5O_TYPE_DATASET) compare_datasets(a, b, path, rows, out);
}

h5::File open_to_compare(const std::string& path) {
  if (!file_exists(path)) throw BadInput(path, "no such file");
  try {
    return h5::open_file(path, H5F_ACC_RDONLY);
  } catch (const IoFailure& failure) {
    throw BadInput(path, std::string("cannot be read: ") + failure.what());
  }
}
}  // namespace

std::vector<std::string> compare_files(const std::string& a, const std::string& b, std::size_t limit) {
  const h5::File file_a = open_to_compare(a), file_b = open_to_compare(b);
  Differences out{{}, limit};
  compare_objects(h5::open_object(file_a.get(), "/").get(), h5::open_object(file_b.get(), "/").get(), "", 0, {}, out);
  return out.lines;
}

}  // namespace modscape::io
