#include "supervise/sent_bytes.h"

#include <gtest/gtest.h>

namespace logq::supervise {
namespace {

TEST(SentBytes, KeepsWholeLinesOfWhatMayBeUnread) {
  SentBytes sent;
  sent.add("one\ntwo\nthree\n");

  sent.confirm(100);
  EXPECT_EQ(sent.kept(), "one\ntwo\nthree\n");
  sent.confirm(8);
  EXPECT_EQ(sent.kept(), "two\nthree\n");
  sent.confirm(6);
  EXPECT_EQ(sent.kept(), "three\n");
  sent.confirm(0);
  EXPECT_EQ(sent.kept(), "");
}

TEST(SentBytes, KeepsALineThatIsUnderWay) {
  SentBytes sent;
  sent.add("one\ntw");
  sent.confirm(0);
  EXPECT_EQ(sent.kept(), "tw");
  sent.add("o\n");

  EXPECT_EQ(sent.take(), "two\n");
  EXPECT_EQ(sent.take(), "");
}

TEST(SentBytes, DoesNotKeepALineWithoutEnd) {
  SentBytes sent;
  sent.add(std::string(100'000, 'x'));

  sent.confirm(10);

  EXPECT_EQ(sent.kept(), std::string(10, 'x'));
}

}  // namespace
}  // namespace logq::supervise
