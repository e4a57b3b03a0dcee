// SPDX-License-Identifier: Apache-2.0
#include "config/toml_writer.hpp"

#include <algorithm>

#include "config/text_file.hpp"
#include "core/digest.hpp"

namespace modscape::config {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\')
      out += {'\\', c};
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    else
      out += c;
  }
  return out + '"';
}

// -0 and 0 are the same value and must not make two identities.
std::string quantity_text(double value, Unit unit) {
  const std::string text = format_quantity(value == 0.0 ? 0.0 : value, unit);
  return unit == Unit::one ? text : quoted(text);
}

std::string list_text(const std::vector<double>& values, Unit unit) {
  std::string list;
  for (const double value : values) list += (list.empty() ? "" : ", ") + quantity_text(value, unit);
  return "[" + list + "]";
}

namespace {

using Kind = TomlNode::Kind;

std::string key_text(const std::string& key) {
  const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  return bare ? key : quoted(key);
}

std::string inline_text(const TomlNode& node) {
  std::string text;
  switch (node.kind) {
    case Kind::table:
      for (std::size_t i = 0; i < node.keys.size(); ++i)
        text += fmt::format("{}{} = {}", i == 0 ? "" : ", ", key_text(node.keys[i]), inline_text(node.items[i]));
      return "{" + text + "}";
    case Kind::array:
      for (const TomlNode& item : node.items) text += (text.empty() ? "" : ", ") + inline_text(item);
      return "[" + text + "]";
    case Kind::integer:
      return fmt::format("{}", node.integer);
    case Kind::real:
      text = fmt::format("{}", node.real);
      return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
    case Kind::boolean:
      return node.boolean ? "true" : "false";
    default:
      return quoted(node.text);
  }
}

bool all_tables(const TomlNode& node) {
  return !node.items.empty() && std::all_of(node.items.begin(), node.items.end(),
                                            [](const TomlNode& item) { return item.kind == Kind::table; });
}

// Headers only where every entry is a table: else the order of the file, which counts, could not be kept.
void write_table(const std::string& name, const TomlNode& table, bool element, std::string& text) {
  if (!element && all_tables(table)) {
    for (std::size_t i = 0; i < table.keys.size(); ++i)
      write_table(fmt::format("{}.{}", name, key_text(table.keys[i])), table.items[i], false, text);
    return;
  }
  text += fmt::format(fmt::runtime(element ? "\n[[{}]]\n" : "\n[{}]\n"), name);
  for (std::size_t i = 0; i < table.keys.size(); ++i)
    text += fmt::format("{} = {}\n", key_text(table.keys[i]), inline_text(table.items[i]));
}

}  // namespace

std::string document_text(const TomlNode& document) {
  std::string values, tables;
  for (std::size_t i = 0; i < document.keys.size(); ++i) {
    const TomlNode& item = document.items[i];
    const std::string key = key_text(document.keys[i]);
    if (item.kind == Kind::table)
      write_table(key, item, false, tables);
    else if (item.kind == Kind::array && all_tables(item))
      for (const TomlNode& element : item.items) write_table(key, element, true, tables);
    else
      values += fmt::format("{} = {}\n", key, inline_text(item));
  }
  return values + tables;
}

void TomlWriter::file(std::string_view key, const std::string& path) {
  if (path.empty()) return;
  line(key, quoted(base_name(path)) + "  # sha256 " + sha256_hex(read_text_file(path)));
}

}  // namespace modscape::config
