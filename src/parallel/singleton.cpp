// SPDX-License-Identifier: Apache-2.0
// Four processes that each believe to be rank 0 of 1 would overwrite one another: the usual result of a launcher that
// does not speak the PMI of the MPI library in use.
#include <fmt/format.h>

#include <array>
#include <cstdlib>

#include "parallel/communicator.hpp"

namespace modscape::parallel {

std::string singleton_problem(const Communicator& world) {
  if (world.size() > 1) return {};
  // The launcher's own count first: `mpirun -n 1` inside a larger Slurm allocation is meant as it stands.
  constexpr std::array variables{"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "MV2_COMM_WORLD_SIZE", "SLURM_STEP_NUM_TASKS",
                                 "SLURM_NTASKS"};
  for (const char* variable : variables) {
    const char* text = std::getenv(variable);
    if (text == nullptr) continue;
    const long announced = std::strtol(text, nullptr, 10);
    if (announced <= 1) return {};
    return fmt::format(
        "{}={} announces {} ranks, but MPI sees only this one. Start the program with `srun --mpi=pmix` or with the "
        "`mpirun` of the MPI library it was built with; for one rank on purpose use `mpirun -n 1`",
        variable, text, announced);
  }
  return {};
}

}  // namespace modscape::parallel
