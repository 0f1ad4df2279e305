#include "collect/options.h"

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::collect {
namespace {

TEST(ReadConfiguration, FillsInWhatItKnows) {
  const test::TempDir directory;
  const std::string path = directory.path() + "/logqd.conf";
  test::write_text_file(path,
                        "[Journal]\nSystemMaxFileSize=16M\nCompress=1K\nLineMax=100\n"
                        "SyncIntervalSec=2min\n[Logq]\nSyncIntervalMaxSec=500ms\n");
  CollectorOptions options;
  std::vector<std::string> warnings;

  ASSERT_TRUE(read_configuration(path, options, warnings).has_value());

  EXPECT_EQ(options.max_file_size_bytes, std::uint64_t{16} << 20);
  EXPECT_EQ(options.compress_threshold_bytes, 1024U);
  EXPECT_EQ(options.line_max, 100U);
  EXPECT_EQ(options.sync_interval_usec, 120'000'000U);
  EXPECT_EQ(options.sync_interval_max_usec, 500'000U);
  EXPECT_TRUE(warnings.empty());
}

TEST(ReadConfiguration, WarnsOnceOfEachLineItDoesNotKnow) {
  const test::TempDir directory;
  const std::string path = directory.path() + "/logqd.conf";
  test::write_text_file(path, "[Journal]\nSeal=yes\nLineMax=many\n");
  CollectorOptions options;
  std::vector<std::string> warnings;

  ASSERT_TRUE(read_configuration(path, options, warnings).has_value());

  ASSERT_EQ(warnings.size(), 2U);
  EXPECT_EQ(warnings[0], path + ":2: unknown key [Journal] Seal= ignored");
  EXPECT_EQ(warnings[1], path + ":3: invalid value of [Journal] LineMax= ignored: many");
  EXPECT_EQ(options.line_max, wire::kDefaultLineMax);
}

}  // namespace
}  // namespace logq::collect
