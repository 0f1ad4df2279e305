// The stand-in for MappedRegion that concurrency_test.cc has under ThreadSanitizer. That this
// program is linked is a test already: see CMakeLists.txt.
#include <fcntl.h>

#include <gtest/gtest.h>

#include "base/io.h"
#include "base/mapped_region.h"
#include "journal/writer_support.h"
#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::journal::test {
namespace {

using base::MappedRegion;

class OneMapping : public testing::Test {
 protected:
  OneMapping() { logq::test::write_text_file(path_, "content"); }

  [[nodiscard]] base::UniqueFd open(int flags) const {
    return base::open_file(path_, flags).value();
  }

  const logq::test::TempDir directory_;
  const std::string path_ = directory_.path() + "/file";
};

TEST_F(OneMapping, IsSharedByAllRegionsOfAFileUntilTheLastIsGone) {
  const base::UniqueFd writing = open(O_RDWR);
  const base::UniqueFd reading = open(O_RDONLY);
  auto written = MappedRegion::map_file(writing.get(), 7, MappedRegion::Access::kReadWrite);
  const auto read = MappedRegion::map_file(reading.get(), 7, MappedRegion::Access::kReadOnly);
  ASSERT_TRUE(written && read);

  EXPECT_EQ(written->data(), read->data());
  *written = MappedRegion();
  EXPECT_EQ(read->data()[6], std::byte{'t'});
}

TEST_F(OneMapping, IsNotThatOfPrivateRegions) {
  const base::UniqueFd fd = open(O_RDWR);
  const auto shared = MappedRegion::map_file(fd.get(), 7, MappedRegion::Access::kReadOnly);
  {
    const auto own = MappedRegion::map_private(fd.get(), 7);
    const auto scratch = MappedRegion::map_scratch(4096);
    ASSERT_TRUE(shared && own && scratch);
    own->data()[0] = std::byte{'x'};
    scratch->data()[0] = std::byte{'x'};
  }
  EXPECT_EQ(shared->data()[0], std::byte{'c'});
}

// Which brings in the whole writer and the whole reader.
TEST_F(OneMapping, ServesAWriterAndAReader) {
  const std::string path = directory_.path() + "/system.journal";
  const auto writer = FileWriter::create(path, small_file()).value();
  ASSERT_TRUE(writer->append(moment(1), views(service_entry(1))));
  EXPECT_EQ(seqnums_of(path).size(), 1U);
}

}  // namespace
}  // namespace logq::journal::test
