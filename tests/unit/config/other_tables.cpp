// SPDX-License-Identifier: Apache-2.0
// Rheobase tables and waveforms.
#include "config/fi_table.hpp"
#include "unit/config/scratch.hpp"

namespace modscape::config {
namespace {

using test::problems_of;
using test::written;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(RheobaseTable, ValuesByCondition) {
  const auto values = read_rheobase_table(written("r.csv", "condition,rheobase_nA\noff,0.2\non,0.1\noff,0.25\n"));
  EXPECT_THAT(values.at("off"), ElementsAre(200, 250));
  EXPECT_THAT(values.at("on"), ElementsAre(100));
}

TEST(RheobaseTable, Problems) {
  EXPECT_THAT(problems_of([] { read_rheobase_table(written("r.csv", "condition,rheobase\noff,-1\noff,\n")); }),
              ElementsAre("r.csv:2: rheobase = -1 must not be negative", HasSubstr("r.csv:3: rheobase is empty")));
  EXPECT_THAT(problems_of([] { read_rheobase_table(written("r.csv", "condition,I\noff,1\n")); }),
              ElementsAre(HasSubstr("r.csv:1: no column for the rheobase: the table has condition, I")));
}

TEST(WaveformTable, HeaderIsOptional) {
  for (const char* text : {"0,-5\n1.5,20\n", "time,current\n0,-5\n1.5,20\n"}) {
    const Waveform waveform = read_waveform(written("w.csv", text));
    EXPECT_THAT(waveform.times, ElementsAre(0, 1.5));
    EXPECT_THAT(waveform.values, ElementsAre(-5, 20));
  }
}

TEST(WaveformTable, Problems) {
  EXPECT_THAT(problems_of([] { read_waveform(written("w.csv", "0,1\n0,2\n1,x\n")); }),
              ElementsAre("w.csv:2: time = 0 ms must be after the 0 ms before it",
                          "w.csv:3: current = \"x\" is not a finite number"));
  EXPECT_THAT(problems_of([] { read_waveform(written("w.csv", "0,1\n")); }),
              ElementsAre(HasSubstr("at least two samples")));
  EXPECT_THAT(problems_of([] { read_waveform(written("w.csv", "0,1,2\n1,2,3\n")); }),
              ElementsAre(HasSubstr("w.csv:1: 3 columns")));
  EXPECT_THAT(problems_of([] { read_waveform("."); }), ElementsAre(".: is not a regular file"));
}

}  // namespace
}  // namespace modscape::config
