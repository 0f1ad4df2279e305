#include "query/ellipsis.h"

#include <gtest/gtest.h>

#include "wire/utf8.h"

namespace logq::query {
namespace {

std::string ellipsised(std::string_view line, const EllipsisRule& rule) {
  std::string out;
  append_ellipsised(line, rule, out);
  return out;
}

TEST(Ellipsis, ALineThatFitsStays) {
  EXPECT_EQ(ellipsised("0123456789", {.cells = 10}), "0123456789");
}

TEST(Ellipsis, TakesTheEndAwayOrTheMiddle) {
  EXPECT_EQ(ellipsised("0123456789", {.cells = 5, .percent = 100}), "0123…");
  EXPECT_EQ(ellipsised("0123456789", {.cells = 6, .percent = 60}), "012…89");
}

TEST(Ellipsis, IsThreeDotsWhereTheTerminalKnowsNoUnicode) {
  EXPECT_EQ(ellipsised("0123456789", {.cells = 6, .unicode = false}), "012...");
  EXPECT_EQ(ellipsised("0123456789", {.cells = 2, .unicode = false}), "..");
}

TEST(Ellipsis, LittleRoomShowsTheEllipsisOnly) {
  EXPECT_EQ(ellipsised("0123456789", {.cells = 1}), "…");
  EXPECT_EQ(ellipsised("0123456789", {.cells = 0}), "");
}

TEST(Ellipsis, CountsCellsAndNotBytes) {
  EXPECT_EQ(ellipsised("ééééé", {.cells = 5}), "ééééé");
  EXPECT_EQ(ellipsised("éééééé", {.cells = 4, .percent = 100}), "ééé…");
  EXPECT_EQ(ellipsised("漢漢漢漢漢", {.cells = 7, .percent = 100}), "漢漢…");
}

TEST(Ellipsis, NeverCutsACharacter) {
  for (std::size_t cells = 1; cells < 10; ++cells) {
    const std::string out = ellipsised("a漢é😀a漢é😀", {.cells = cells, .percent = 90});
    EXPECT_NE(out.find("…"), std::string::npos) << cells;
    EXPECT_TRUE(wire::is_valid_utf8(out)) << cells;
  }
}

}  // namespace
}  // namespace logq::query
