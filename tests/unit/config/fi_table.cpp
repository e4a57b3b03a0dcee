// SPDX-License-Identifier: Apache-2.0
#include "config/fi_table.hpp"

#include "unit/config/scratch.hpp"

namespace modscape::config {
namespace {

using test::problems_of;
using test::written;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<FiCurve> read(const std::string& text, const std::string& type = {}) {
  return read_fi_table(written("t.csv", text), 500.0, type);
}
std::vector<std::string> refusals(const std::string& text, const std::string& type = {}) {
  return problems_of([&] { read(text, type); });
}

TEST(FiTable, MeansSortedByCurrent) {
  const auto curves = read("Condition,Current_nA,Mean_Count,SEM,n\non,0.1,3,0.5,4\non,0.05,1,0.25,4\n");
  ASSERT_EQ(curves.size(), 1u);
  EXPECT_EQ(curves[0].cells, 4);
  EXPECT_THAT(curves[0].currents, ElementsAre(50, 100));
  EXPECT_THAT(curves[0].mean, ElementsAre(1, 3));
  EXPECT_THAT(curves[0].sem, ElementsAre(0.25, 0.5));
  EXPECT_TRUE(curves[0].by_cell.empty());
}

TEST(FiTable, StandardDeviationAndRates) {
  const auto curves = read("condition,current,mean_rate_Hz,sd,n\non,50,10,8,16\n");
  EXPECT_THAT(curves[0].mean, ElementsAre(5));  // 10 Hz for 500 ms
  EXPECT_THAT(curves[0].sem, ElementsAre(1));   // 8 Hz -> 4 spikes, / sqrt(16)
}

TEST(FiTable, CellsGiveMeanSemAndCounts) {
  const auto curves = read("cell,condition,current_pA,spikes\na,on,100,4\nb,on,100,8\na,on,50,1\nb,on,50,1\n");
  EXPECT_THAT(curves[0].currents, ElementsAre(50, 100));
  EXPECT_THAT(curves[0].mean, ElementsAre(1, 6));
  EXPECT_THAT(curves[0].sem, ElementsAre(0, 2));  // SD sqrt(8), n = 2
  EXPECT_THAT(curves[0].by_cell.at("b"), ElementsAre(1, 8));
  const auto one = read("cell,condition,current,rate_Hz\na,on,50,4\n");
  EXPECT_THAT(one[0].mean, ElementsAre(2));
  EXPECT_TRUE(std::isnan(one[0].sem[0]));  // one cell has no spread
}

TEST(FiTable, ToleratesMarksCommentsAndWindowsLines) {
  const auto curves =
      read("\xEF\xBB\xBF# from a spreadsheet\r\ncondition,current,mean,sem,n\r\n\r\n\"on, late\",50,1,0,4\r\n#end\r\n");
  EXPECT_EQ(curves[0].condition, "on, late");
}

TEST(FiTable, CellType) {
  const std::string two = "cell_type,condition,current,mean,sem,n\nd,on,50,1,0,4\ni,on,50,2,0,5\n";
  EXPECT_EQ(read(two, "i")[0].cells, 5);
  EXPECT_THAT(refusals(two),
              ElementsAre("t.csv:1: the table has the cell types d, i (choose one: cell = \"...\" in [data])",
                          HasSubstr("a second row for 50 pA"), HasSubstr("n = 5 here but 4")));
  EXPECT_THAT(refusals(two, "D"), ElementsAre(StartsWith("t.csv:1: no row has cell_type \"D\"; there are d, i")));
  EXPECT_THAT(refusals("condition,current,mean,sem,n\non,50,1,0,4\n", "d"),
              ElementsAre("t.csv:1: no column cell_type to choose \"d\" from"));
}

TEST(FiTable, MissingColumnsAllAtOnce) {
  EXPECT_THAT(refusals("group,I,spikes\non,50,1\n"),
              ElementsAre("t.csv:1: no column for the condition: the table has group, I, spikes (accepted: condition)",
                          "t.csv:1: no column for the current: the table has group, I, spikes (accepted: current, "
                          "current_pa, current_na)",
                          "t.csv:1: no column for the cell (one row per cell and current): the table has group, I, "
                          "spikes (accepted: cell)"));
  EXPECT_THAT(refusals("condition,current\non,50\n"),
              ElementsAre(HasSubstr("accepted: count, spikes, rate_hz, mean, mean_count, mean_rate_hz")));
  EXPECT_THAT(refusals("condition,current,mean\non,50,1\n"),
              ElementsAre(HasSubstr("accepted: sem, sd"), HasSubstr("number of cells")));
}

TEST(FiTable, ContradictoryColumns) {
  EXPECT_THAT(refusals("condition,current,mean,sem,sd,n\non,50,1,1,1,4\n"),
              ElementsAre("t.csv:1: both sem and sd are given (keep one; the other follows from n)"));
  EXPECT_THAT(refusals("condition,current,mean,count,n\non,50,1,1,1\n"), ElementsAre(HasSubstr("exclude each other")));
  EXPECT_THAT(refusals("condition,current,current_pA,mean,sem,n\non,50,50,1,1,4\n"),
              ElementsAre("t.csv:1: columns current and current_pA mean the same (keep one of them)"));
}

TEST(FiTable, BadNumbersWithTheirLines) {
  EXPECT_THAT(
      refusals("condition,current,mean,sem,n\non,50,nan,1,4\non,60,inf,1,4\non,70,,1,4\non,80,1,-1,4\non,9O,1,1,4\non,"
               "95,1,1,2.5\n"
               "on,99,1,1,0\n,100,1,1,4\n"),
      ElementsAre("t.csv:2: mean = \"nan\" is not a finite number", "t.csv:3: mean = \"inf\" is not a finite number",
                  "t.csv:4: mean is empty (delete the row if it was not measured)",
                  "t.csv:5: sem = -1 must not be negative", "t.csv:6: current = \"9O\" is not a finite number",
                  "t.csv:7: n = 2.5 must be a whole number from 1 to 1000000",
                  "t.csv:8: n = 0 must be a whole number from 1 to 1000000", "t.csv:9: condition is empty"));
}

TEST(FiTable, DuplicatesUnequalNAndGaps) {
  EXPECT_THAT(refusals("condition,current,mean,sem,n\non,50,1,1,4\non,50,2,1,4\non,60,2,1,5\n"),
              ElementsAre("t.csv:3: condition \"on\": a second row for 50 pA; the first is line 2",
                          StartsWith("t.csv:4: condition \"on\": n = 5 here but 4 in line 2")));
  EXPECT_THAT(refusals("condition,cell,current,count\non,a,50,1\non,b,50,1\non,b,60,1\non,b,60,2\n"),
              ElementsAre("t.csv:2: condition \"on\": cell \"a\" has no row for 60 pA, which other cells have",
                          "t.csv:5: condition \"on\": a second row of cell \"b\" for 60 pA; the first is line 4"));
}

TEST(FiTable, ShapeAndSize) {
  EXPECT_THAT(refusals(""), ElementsAre("t.csv: the table has no rows (a header line and at least one row)"));
  EXPECT_THAT(refusals("condition,current,mean,sem,n\n"), ElementsAre(HasSubstr("the table has no rows")));
  EXPECT_THAT(refusals("condition,current,mean,sem,n\non,50,1,1\non,60,1,1,4\n"),
              ElementsAre("t.csv:2: 4 fields where line 1 has 5"));
  std::string many = "condition,current,mean,sem,n\n";
  for (int i = 0; i < 100001; ++i) many += "on,x,1,1,4\n";
  const auto problems = refusals(many);
  EXPECT_EQ(problems.size(), 101u);  // a hundred and the count of the rest
  EXPECT_THAT(problems.back(), HasSubstr("more problems"));
}

}  // namespace
}  // namespace modscape::config
