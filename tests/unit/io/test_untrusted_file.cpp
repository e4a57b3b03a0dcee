// SPDX-License-Identifier: Apache-2.0
// Files that are damaged or made by somebody else are bad input, never a crash and never a huge allocation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "io/archive.hpp"
#include "io/compare.hpp"
#include "io/h5.hpp"
#include "io/results_file.hpp"

/// HDF5 1.10 forgets some of its own memory when it gives up on a damaged file; leaks of ours are still reported.
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libhdf5";
}

namespace {
using namespace modscape;
using testing::HasSubstr;

class UntrustedFile : public testing::Test {
 protected:
  void SetUp() override {
    io::write_tree_file(good, true, {}, [](io::TreeWriter& tree) {
      tree.axis("/draw", std::vector<double>(1000, 1.0), "1", "draw");
      tree.dataset("/g_L", std::vector<double>(1000, 2.0), {"draw"}, "nS", "leak conductance");
    });
  }
  void TearDown() override {
    std::filesystem::remove(good);
    std::filesystem::remove(bad);
  }
  void write_bad(const std::string& bytes) { std::ofstream(bad, std::ios::binary) << bytes; }

  std::string good = "good.h5", bad = "bad.h5";
};

TEST_F(UntrustedFile, MissingTextAndDirectory) {
  EXPECT_THROW(io::TreeReader("absent.h5"), BadInput);
  EXPECT_THROW(io::TreeReader("."), BadInput);
  write_bad("id,rate\n1,2\n");
  EXPECT_THROW(io::TreeReader{bad}, BadInput);
  EXPECT_THROW(io::compare_files(good, bad), BadInput);
  EXPECT_THROW(io::read_progress(bad), BadInput);
}

TEST_F(UntrustedFile, EveryTruncationIsBadInput) {
  const std::string bytes = io::read_file(good).value();
  for (std::size_t length = 0; length < bytes.size(); length += 997) {
    write_bad(bytes.substr(0, length));
    EXPECT_THROW(io::TreeReader{bad}, BadInput) << length;
  }
}

TEST_F(UntrustedFile, FlippedBytesAreReadOrRefusedButNeverCrash) {
  const std::string bytes = io::read_file(good).value();
  for (std::size_t i = 0; i < bytes.size(); i += 13) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0xFF);
    write_bad(damaged);
    try {
      io::TreeReader(bad).f64("/g_L");
    } catch (const BadInput&) {
    }
  }
}

TEST_F(UntrustedFile, AClaimedSizeIsCheckedBeforeMemoryIsAllocated) {
  {
    // A chunked dataset that was never written: 8 PB claimed in a file of a few kB.
    const io::h5::File file = io::h5::create_file(bad);
    const hsize_t rows = hsize_t{1} << 50, chunk = 1024;
    const io::h5::Space space(io::h5::check(H5Screate_simple(1, &rows, nullptr), "H5Screate_simple"));
    const io::h5::Properties chunked(io::h5::check(H5Pcreate(H5P_DATASET_CREATE), "H5Pcreate"));
    io::h5::check(H5Pset_chunk(chunked.get(), 1, &chunk), "H5Pset_chunk");
    const io::h5::Dataset data(io::h5::check(
        H5Dcreate2(file.get(), "huge", H5T_IEEE_F64LE, space.get(), H5P_DEFAULT, chunked.get(), H5P_DEFAULT), "H5D"));
  }
  const io::TreeReader reader(bad);
  try {
    reader.f64("/huge");
    ADD_FAILURE() << "8 PB were read";
  } catch (const BadInput& problem) {
    EXPECT_THAT(problem.what(), HasSubstr("more than the file can hold"));
  }
}
}  // namespace
