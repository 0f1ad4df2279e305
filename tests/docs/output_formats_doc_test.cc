// The examples of docs/output-formats.md are what the encoders produce.
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "docs/markdown.h"
#include "wire/export_format.h"

namespace logq::test {
namespace {

TEST(OutputFormatsDocument, ShowsExportedFieldsAsTheCodecWritesThem) {
  const std::vector<std::string> examples =
      code_blocks(read_file(LOGQ_SOURCE_DIR "/docs/output-formats.md"), "");
  ASSERT_EQ(examples.size(), 1U);

  std::string fields;
  wire::encode_export_field("MESSAGE=hello", fields);
  wire::encode_export_field("PRIORITY=6", fields);

  EXPECT_THAT(examples[0], testing::EndsWith(fields + "\n"));
}

}  // namespace
}  // namespace logq::test
