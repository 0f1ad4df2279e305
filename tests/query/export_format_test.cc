#include "query/export_format.h"

#include <gtest/gtest.h>

#include "query/sample_entry.h"

namespace logq::test {
namespace {

using query::OutputMode;

TEST(ExportFormat, PrintsAddressesFieldsAndAnEmptyLine) {
  EXPECT_EQ(formatted(OutputMode::kExport,
                      {"_BOOT_ID=11111111111111111111111111111111", "MESSAGE=m", "A=1"}),
            "__CURSOR=s=98f13c7e48d14efdb325a22fe98af9cc;i=30;"
            "b=11111111111111111111111111111111;m=4c4b40;t=60a24181e4000;x=aa71\n"
            "__REALTIME_TIMESTAMP=1700000000000000\n__MONOTONIC_TIMESTAMP=5000000\n"
            "__SEQNUM=48\n__SEQNUM_ID=98f13c7e48d14efdb325a22fe98af9cc\n"
            "_BOOT_ID=11111111111111111111111111111111\nMESSAGE=m\nA=1\n\n");
}

TEST(ExportFormat, PrintsANewlineInBinaryForm) {
  const std::string out = formatted(OutputMode::kExport, {"A=x\ny"});

  EXPECT_TRUE(out.ends_with(std::string("\nA\n\x03\0\0\0\0\0\0\0x\ny\n\n", 16))) << out;
}

TEST(ExportFormat, LetsNoFieldNameForgeALine) {
  EXPECT_EQ(formatted(OutputMode::kExport, {"A\nB=x"}), formatted(OutputMode::kExport, {}));
}

TEST(ExportFormat, LetsNoFieldForgeAnAddress) {
  EXPECT_EQ(formatted(OutputMode::kExport, {"__CURSOR=x", "__REALTIME_TIMESTAMP=1", "__X=1"}),
            formatted(OutputMode::kExport, {}));
}

TEST(ExportFormat, PrintsTheFieldsAskedForAndAllAddresses) {
  const std::string out = formatted(OutputMode::kExport, {"A=1", "B=2"}, {.output_fields = {"B"}});

  EXPECT_TRUE(out.starts_with("__CURSOR=s=")) << out;
  EXPECT_TRUE(out.ends_with("\n_BOOT_ID=11111111111111111111111111111111\nB=2\n\n")) << out;
}

}  // namespace
}  // namespace logq::test
