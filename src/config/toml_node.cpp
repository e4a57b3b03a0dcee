// SPDX-License-Identifier: Apache-2.0
#include "config/toml_node.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <tuple>

namespace modscape::config {
namespace {

Place place_of(const toml::source_region& region) {
  return {region.begin.line, region.begin.column};
}

TomlNode converted(const toml::node& node);

// In the order of the file: the axes of a design are nested as they are written. (toml++ sorts by name.)
void convert_entries(const toml::table& table, TomlNode& out) {
  struct Entry {
    std::string key;
    TomlNode value;
  };
  std::vector<Entry> entries;
  for (const auto& [key, value] : table) {
    entries.push_back({std::string(key.str()), converted(value)});
    entries.back().value.key_place = place_of(key.source());
  }
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.value.key_place.line, a.value.key_place.column) <
           std::tie(b.value.key_place.line, b.value.key_place.column);
  });
  for (Entry& entry : entries) {
    out.keys.push_back(std::move(entry.key));
    out.items.push_back(std::move(entry.value));
  }
}

void convert_items(const toml::array& array, TomlNode& out) {
  for (const toml::node& item : array) {
    out.items.push_back(converted(item));
    out.items.back().key_place = out.items.back().place;
  }
}

TomlNode converted(const toml::node& node) {
  using Kind = TomlNode::Kind;
  TomlNode out;
  out.place = place_of(node.source());
  if (const auto* table = node.as_table()) {
    convert_entries(*table, out);
  } else if (const auto* array = node.as_array()) {
    out.kind = Kind::array;
    convert_items(*array, out);
  } else if (const auto* text = node.as_string()) {
    out.kind = Kind::text;
    out.text = text->get();
  } else if (const auto* integer = node.as_integer()) {
    out.kind = Kind::integer;
    out.integer = integer->get();
    out.real = static_cast<double>(integer->get());
  } else if (const auto* real = node.as_floating_point()) {
    out.kind = Kind::real;
    out.real = real->get();
  } else if (const auto* boolean = node.as_boolean()) {
    out.kind = Kind::boolean;
    out.boolean = boolean->get();
  } else {
    out.kind = Kind::other;
  }
  return out;
}

}  // namespace

const TomlNode* TomlNode::find(std::string_view key) const {
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (keys[i] == key) return &items[i];
  return nullptr;
}

std::string_view kind_text(const TomlNode& node) {
  switch (node.kind) {
    case TomlNode::Kind::table:
      return "a table";
    case TomlNode::Kind::array:
      return "a list";
    case TomlNode::Kind::text:
      return "text";
    case TomlNode::Kind::integer:
      return "a whole number";
    case TomlNode::Kind::real:
      return "a number";
    case TomlNode::Kind::boolean:
      return "true/false";
    case TomlNode::Kind::varied:
      return "a number that varies";
    case TomlNode::Kind::other:
      break;
  }
  return "a date or time";
}

TomlNode parse_toml(std::string_view document, const std::string& path) {
  try {
    const toml::table table = toml::parse(document, path);
    return converted(table);
  } catch (const toml::parse_error& error) {
    ProblemList problems(path);
    problems.add(place_of(error.source()), std::string(error.description()));
    problems.throw_if_any();
    throw;  // not reached: the list above is never empty
  }
}

}  // namespace modscape::config
