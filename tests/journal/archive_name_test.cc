#include "journal/archive_name.h"

#include <gtest/gtest.h>

namespace logq::journal {
namespace {

constexpr const char* kName =
    "system@0123456789abcdef0123456789abcdef-00000000000000ff-0005ebbfd42fc981.journal";

TEST(ArchiveName, IsReadAsWritten) {
  const auto name = ArchiveName::parse(kName);

  ASSERT_TRUE(name);
  EXPECT_EQ(name->base, "system");
  EXPECT_EQ(name->seqnum_id.to_string(), "0123456789abcdef0123456789abcdef");
  EXPECT_EQ(name->head_seqnum, 255U);
  EXPECT_EQ(name->head_realtime_usec, 0x5ebbfd42fc981U);
  EXPECT_EQ(name->to_string(), kName);
}

TEST(ArchiveName, KeepsAnAtSignInTheBase) {
  const auto name = ArchiveName::parse(std::string("user@host") + (kName + 6));

  ASSERT_TRUE(name);
  EXPECT_EQ(name->base, "user@host");
}

TEST(ArchiveName, RefusesOtherFiles) {
  const std::string good = kName;

  EXPECT_FALSE(ArchiveName::parse("system.journal"));
  EXPECT_FALSE(ArchiveName::parse(good + "~"));
  EXPECT_FALSE(ArchiveName::parse(good.substr(6)));  // no base
  EXPECT_FALSE(ArchiveName::parse("system@0005ebbfd42fc981-39a8842ec948769a.journal~"));
  for (std::size_t i = good.find('@'); i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = 'x';
    EXPECT_FALSE(ArchiveName::parse(bad)) << bad;
  }
}

TEST(ArchiveName, OfADisposedFileHasTimeAndRandomNumber) {
  EXPECT_EQ(disposed_name("system", 0x5ebbfd42fc981, 0x39a8842ec948769a),
            "system@0005ebbfd42fc981-39a8842ec948769a.journal~");
}

}  // namespace
}  // namespace logq::journal
