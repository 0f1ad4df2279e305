#include "logq/trace_context.h"

#include <thread>

#include <gtest/gtest.h>

#include "client/fake_transport.h"
#include "logq/logger.h"
#include "support/allocation_count.h"

namespace logq {
namespace {

using test::value_of;
using test::values_of;

constexpr std::string_view kHeader = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(TraceContext, ReadsAHeaderAndWritesItBack) {
  const auto context = TraceContext::parse(kHeader);

  ASSERT_TRUE(context);
  EXPECT_EQ(context->trace_id[0], 0x4b);
  EXPECT_EQ(context->span_id[7], 0xb7);
  EXPECT_TRUE(context->is_sampled());
  EXPECT_EQ(context->to_string(), kHeader);
}

TEST(TraceContext, RefusesEveryHeaderThatIsCutShort) {
  for (std::size_t size = 0; size < kHeader.size(); ++size)
    EXPECT_FALSE(TraceContext::parse(kHeader.substr(0, size))) << size;
}

TEST(TraceContext, RefusesEveryByteThatIsWrong) {
  for (std::size_t i = 0; i < kHeader.size(); ++i) {
    for (const char wrong : {'g', 'A', ' ', '_', '\0'}) {
      std::string header(kHeader);
      header[i] = wrong;
      EXPECT_FALSE(TraceContext::parse(header)) << header;
    }
  }
}

TEST(TraceContext, RefusesIdsOfZeros) {
  EXPECT_FALSE(TraceContext::parse("00-00000000000000000000000000000000-00f067aa0ba902b7-01"));
  EXPECT_FALSE(TraceContext::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"));
}

TEST(TraceContext, TakesOfHigherVersionsWhatItKnows) {
  const std::string rest(kHeader.substr(2));

  EXPECT_EQ(TraceContext::parse("01" + rest), TraceContext::parse(kHeader));
  EXPECT_EQ(TraceContext::parse("fe" + rest + "-more"), TraceContext::parse(kHeader));
  EXPECT_FALSE(TraceContext::parse("01" + rest + "more"));
  EXPECT_FALSE(TraceContext::parse("00" + rest + "-more"));
  EXPECT_FALSE(TraceContext::parse("ff" + rest));
}

class ScopedTraceTest : public testing::Test {
 protected:
  test::Recording recording_;
  Logger log_{LoggerOptions{}, std::make_unique<test::FakeTransport>(recording_)};
};

TEST_F(ScopedTraceTest, EntriesOfTheThreadCarryTheTraceWhileItLives) {
  {
    const ScopedTrace trace(TraceContext::parse(kHeader).value());
    log_.info("inside");
    std::thread([&] { log_.info("of another thread"); }).join();
  }
  log_.info("outside");

  EXPECT_EQ(value_of(recording_.entries.at(0), "TRACE_ID"), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_EQ(value_of(recording_.entries.at(0), "SPAN_ID"), "00f067aa0ba902b7");
  EXPECT_EQ(value_of(recording_.entries.at(0), "TRACE_FLAGS"), "01");
  EXPECT_EQ(value_of(recording_.entries.at(1), "TRACE_ID"), "(absent)");
  EXPECT_EQ(value_of(recording_.entries.at(2), "TRACE_ID"), "(absent)");
}

TEST_F(ScopedTraceTest, AnInnerSpanComesFirst) {
  TraceContext inner = TraceContext::parse(kHeader).value();
  const ScopedTrace outer_scope(inner);
  inner.span_id[7] = 0;
  const ScopedTrace inner_scope(inner);
  log_.info("m");

  EXPECT_EQ(values_of(recording_.entries.at(0), "SPAN_ID"),
            (std::vector<std::string>{"00f067aa0ba90200", "00f067aa0ba902b7"}));
}

TEST_F(ScopedTraceTest, AllocatesNothing) {
  const TraceContext context = TraceContext::parse(kHeader).value();
  const auto before = test::allocation_count();
  const ScopedTrace trace(context);

  EXPECT_EQ(test::allocation_count() - before, 0U);
}

}  // namespace
}  // namespace logq
