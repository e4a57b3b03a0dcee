// SPDX-License-Identifier: Apache-2.0
#include "config/toml_writer.hpp"

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

void TomlWriter::file(std::string_view key, const std::string& path) {
  if (path.empty()) return;
  line(key, quoted(base_name(path)) + "  # sha256 " + sha256_hex(read_text_file(path)));
}

}  // namespace modscape::config
