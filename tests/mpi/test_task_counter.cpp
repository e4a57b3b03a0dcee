// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <numeric>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "parallel/background_progress.hpp"
#include "parallel/communicator.hpp"
#include "parallel/task_counter.hpp"

namespace modscape::parallel {
namespace {
using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// Computes without any MPI call, as an integrator does.
void busy_for(Clock::duration length) {
  const auto end = Clock::now() + length;
  volatile double x = 1.0;
  while (Clock::now() < end) x = x * 1.0000001;
}

std::vector<std::int64_t> claim_all(TaskCounter& counter, std::int64_t total, std::int64_t chunk) {
  std::vector<std::int64_t> mine;
  for (std::int64_t first = counter.claim(chunk); first < total; first = counter.claim(chunk))
    for (std::int64_t i = first; i < std::min(first + chunk, total); ++i) mine.push_back(i);
  return mine;
}

/// All ranks' indices, sorted; on root only.
std::vector<std::int64_t> gathered(const Communicator& comm, const std::vector<std::int64_t>& mine) {
  const std::string bytes(reinterpret_cast<const char*>(mine.data()), mine.size() * sizeof(std::int64_t));
  std::vector<std::int64_t> all;
  for (const std::string& part : comm.gather(bytes)) {
    const std::size_t before = all.size(), count = part.size() / sizeof(std::int64_t);
    all.resize(before + count);
    if (count > 0) std::memcpy(all.data() + before, part.data(), part.size());
  }
  std::sort(all.begin(), all.end());
  return all;
}

class EveryIndexOnce : public testing::TestWithParam<std::int64_t> {};

TEST_P(EveryIndexOnce, ForAnyChunk) {
  const Communicator world = Communicator::world();
  constexpr std::int64_t total = 1000;
  TaskCounter counter(world);
  const auto all = gathered(world, claim_all(counter, total, GetParam()));
  counter.close();
  if (!world.is_root()) return;
  std::vector<std::int64_t> expected(total);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(all, expected);
}
INSTANTIATE_TEST_SUITE_P(Chunks, EveryIndexOnce, testing::Values(1, 7, 64, 5000));

// Other ranks go on claiming while the host of the counter computes; calls that waited for the host would take as long
// as it computes.
TEST(TaskCounter, ServesOthersWhileTheHostComputes) {
  const Communicator world = Communicator::world();
  TaskCounter counter(world);
  BackgroundProgress answering(world);
  world.barrier();
  constexpr auto host_busy = 1500ms;
  std::int64_t claimed_in_time = 0;
  if (world.is_root()) {
    answering.during([&] { busy_for(host_busy); });
  } else {
    const auto start = Clock::now();
    for (int i = 0; i < 20; ++i) counter.claim(1);
    if (Clock::now() - start < host_busy * 2 / 3) claimed_in_time = 1;
  }
  EXPECT_EQ(world.sum(claimed_in_time), world.size() - 1);
  EXPECT_EQ(world.max(counter.claim(0)), 20 * (world.size() - 1));
  counter.close();
}

TEST(TaskCounter, AnswersARequestMadeBefore) {
  const Communicator world = Communicator::world();
  TaskCounter counter(world);
  counter.request(3);
  busy_for(10ms);
  const std::int64_t mine = counter.answer();
  EXPECT_EQ(mine % 3, 0);
  EXPECT_EQ(world.sum(mine), 3 * world.size() * (world.size() - 1) / 2);
  counter.close();
}

TEST(BackgroundProgress, GivesMpiBackWhenTheWorkThrows) {
  const Communicator world = Communicator::world();
  BackgroundProgress answering(world);
  for (int i = 0; i < 3; ++i) EXPECT_THROW(answering.during([] { throw InternalError("planted"); }), InternalError);
  world.barrier();
}

TEST(TaskCounter, ClosesTwice) {
  const Communicator world = Communicator::world();
  TaskCounter counter(world);
  counter.close();
  counter.close();
}

TEST(TaskCounter, TwoCountersAreIndependent) {
  const Communicator world = Communicator::world();
  TaskCounter first(world), second(world);
  first.claim(10);
  world.barrier();
  EXPECT_EQ(first.claim(0), 10 * world.size());
  EXPECT_EQ(second.claim(0), 0);
  second.close();
  first.close();
}

}  // namespace
}  // namespace modscape::parallel
