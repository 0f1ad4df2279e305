#include "supervise/line_sieve.h"

#include <gtest/gtest.h>

namespace logq::supervise {
namespace {

class FixedClock final : public base::Clock {
 public:
  base::TimePair now() override { return {1'792'627'200'123'456, 0}; }
};

class LineSieveTest : public testing::Test {
 protected:
  void add(const char* word) { ASSERT_EQ(script_.add(word), std::nullopt); }
  LineSieve make() {
    return {script_, clock_, [this](std::string_view head, const LoggerScript::Verdict&) {
              heads_.emplace_back(head);
            }};
  }
  // What is stored when the input comes in pieces of this size.
  std::string sieved(std::string_view input, std::size_t piece) {
    LineSieve sieve = make();
    std::string stored;
    std::size_t done = 0;
    for (std::size_t end = 0; end < input.size();) {
      end = std::min(end + piece, input.size());
      for (;;) {
        const std::string_view window = input.substr(done, end - done);
        const auto step = sieve.next(window, end == input.size());
        if (step.bytes == 0) break;
        if (step.is_stored) stored += window.substr(0, step.bytes);
        done += step.bytes;
      }
    }
    EXPECT_EQ(done, input.size());
    return stored;
  }

  LoggerScript script_;
  FixedClock clock_;
  std::vector<std::string> heads_;
};

TEST_F(LineSieveTest, PassesTheLinesThatAreSelectedHoweverTheyCome) {
  add("-*");
  add("+a*");
  const std::string input = "abc\nxyz\n\na\nza\nab";
  for (std::size_t piece = 1; piece <= input.size(); ++piece)
    EXPECT_EQ(sieved(input, piece), "abc\na\nab") << piece;
}

TEST_F(LineSieveTest, JudgesALongLineByItsFirstThousandBytesOnce) {
  add("-*");
  add("+*b");
  add("e");
  const std::string just = std::string(999, 'a') + "b";
  const std::string more = std::string(1000, 'a') + "b";

  const std::string input = just + "\n" + more + "\n" + just + std::string(5000, 'c');

  EXPECT_EQ(sieved(input, 700), just + "\n" + just + std::string(5000, 'c'));
  EXPECT_EQ(heads_, (std::vector<std::string>{just, just}));
}

TEST_F(LineSieveTest, WaitsForALineThatIsNotYetComplete) {
  add("-x");
  LineSieve sieve = make();

  EXPECT_EQ(sieve.next("one\ntw", false).bytes, 4U);
  EXPECT_EQ(sieve.next("tw", false).bytes, 0U);
  EXPECT_EQ(sieve.next("two\n", false).bytes, 4U);
}

TEST_F(LineSieveTest, ShowsPatternsTheStampThatMultilogWouldWrite) {
  add("t");
  add("-*");
  add("+@40000000* fatal*");
  add("e");

  EXPECT_EQ(sieved("fatal: x\nother\n", 100), "fatal: x\n");
  EXPECT_EQ(heads_, std::vector<std::string>{"@400000006ad9520a075bca00 fatal: x"});
}

TEST_F(LineSieveTest, DoesNotLookAtLinesThatAreAllStored) {
  add("s4096");
  add("./main");

  EXPECT_EQ(make().next("no newline", false).bytes, 10U);
}

}  // namespace
}  // namespace logq::supervise
