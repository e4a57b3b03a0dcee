// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <array>
#include <vector>

#include "io/h5.hpp"
#include "io/results_file.hpp"

namespace modscape::io {
namespace {
/// Open MPI's control variable `io` selects the component; unset means its default. (File info keys tell nothing
/// there.)
std::string selected_component() {
  int index = 0;
  if (MPI_T_cvar_get_index("io", &index) != MPI_SUCCESS) return "chosen by the MPI library";
  MPI_T_cvar_handle handle = MPI_T_CVAR_HANDLE_NULL;
  int count = 0;
  parallel::check_mpi(MPI_T_cvar_handle_alloc(index, nullptr, &handle, &count), "MPI_T_cvar_handle_alloc");
  std::vector<char> value(static_cast<std::size_t>(count) + 1, '\0');
  const int read = MPI_T_cvar_read(handle, value.data());
  parallel::check_mpi(MPI_T_cvar_handle_free(&handle), "MPI_T_cvar_handle_free");
  parallel::check_mpi(read, "MPI_T_cvar_read");
  return value.front() == '\0' ? "ompio (default)" : value.data();
}

std::string mpi_io_component() {
  int provided = 0;
  parallel::check_mpi(MPI_T_init_thread(MPI_THREAD_SINGLE, &provided), "MPI_T_init_thread");
  const std::string component = selected_component();
  parallel::check_mpi(MPI_T_finalize(), "MPI_T_finalize");
  return component;
}

std::string mpi_library() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  parallel::check_mpi(MPI_Get_library_version(text.data(), &length), "MPI_Get_library_version");
  const std::string version(text.data(), static_cast<std::size_t>(length));
  return version.substr(0, version.find_first_of(",\n"));
}
}  // namespace

std::map<std::string, std::string> io_versions() {
  unsigned major = 0, minor = 0, release = 0;
  h5::check(H5get_libversion(&major, &minor, &release), "H5get_libversion");
  return {
      {"hdf5", fmt::format("{}.{}.{}", major, minor, release)}, {"mpi", mpi_library()}, {"mpi_io", mpi_io_component()}};
}

}  // namespace modscape::io
