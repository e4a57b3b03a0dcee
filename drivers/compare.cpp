// SPDX-License-Identifier: Apache-2.0
#include "io/compare.hpp"

#include <fmt/format.h>

#include <memory>

#include "commands.hpp"

namespace modscape::drivers {

void add_compare(CLI::App& app, Action& action) {
  struct Files {
    std::string a, b;
  };
  auto files = std::make_shared<Files>();
  CLI::App* sub = app.add_subcommand(
      "compare", "Are two results files equal? Tree, shapes, types, attributes and bytes, outside /provenance");
  sub->add_option("a", files->a, "First file")->required();
  sub->add_option("b", files->b, "Second file")->required();
  sub->footer("Exit code 0: identical, 1: different.\nExample:\n  modscape compare one_rank.h5 three_ranks.h5");
  sub->callback([files, &action] {
    action = [files](const parallel::Communicator& comm) {
      if (!comm.is_root()) return ExitCode::done;
      const std::vector<std::string> differences = io::compare_files(files->a, files->b);
      for (const std::string& line : differences) fmt::print("{}\n", line);
      if (differences.empty()) fmt::print("identical\n");
      return static_cast<ExitCode>(differences.empty() ? 0 : 1);
    };
  });
}

}  // namespace modscape::drivers
