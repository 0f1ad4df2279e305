#include "journal/prepared_values.h"

#include <cstring>
#include <sstream>

#include <gtest/gtest.h>

#include "journal/store.h"
#include "journal/writer_support.h"
#include "support/child_process.h"
#include "support/journalctl.h"
#include "support/temp_dir.h"

namespace logq::journal {
namespace {

using test::Fields;
using test::moment;
using Compress = PreparedValues::Compress;

std::string noise(std::size_t size) {
  std::string bytes(size, '\0');
  std::uint64_t state = 1;
  for (char& byte : bytes) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    byte = static_cast<char>('!' + (state >> 58));
  }
  return bytes;
}

// Values that shrink, that do not, that are too small to be prepared, and one that comes twice.
Fields large_entry() {
  return {"MESSAGE=" + std::string(300'000, 'm'), "NOISE=" + noise(100'000), "PRIORITY=6",
          "TWICE=" + std::string(5000, 't'), "TWICE=" + std::string(5000, 't')};
}

class PreparedValuesTest : public ::testing::Test {
 protected:
  std::unique_ptr<FileWriter> begin(const std::string& name, const WriterOptions& options = {}) {
    auto created = FileWriter::create(path(name), options);
    EXPECT_TRUE(created) << created.error().message();
    return std::move(*created);
  }
  [[nodiscard]] std::string path(const std::string& name) const {
    return directory_.path() + "/" + name;
  }
  static FileKey key_of(const std::string& path) {
    FileKey key;
    const std::string head = logq::test::read_text_file(path).substr(0, 272);
    std::memcpy(key.file_id.bytes.data(), head.data() + 24, 16);
    return key;
  }
  [[nodiscard]] std::string exported(const std::string& name) const {
    std::string out;
    std::istringstream lines(
        logq::test::journalctl({"--file", path(name), "-a", "-o", "export"}).out);
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with("__CURSOR=") && !line.starts_with("__SEQNUM_ID=")) out += line + "\n";
    }
    return out;
  }

  logq::test::TempDir directory_;
};

TEST_F(PreparedValuesTest, AreStoredAsTheWriterStoresThem) {
  const auto prepares = begin("ours.journal");
  const auto plain = begin("plain.journal");
  const Fields fields = large_entry();
  const auto payloads = test::views(fields);
  PreparedValues prepared;
  prepared.prepare(payloads, key_of(path("ours.journal")), Compress::kYes);

  for (std::uint64_t n = 1; n <= 3; ++n) {
    ASSERT_TRUE(prepares->append_prepared(moment(n), n, payloads, prepared));
    ASSERT_TRUE(plain->append(moment(n), payloads));
  }
  EXPECT_EQ(prepares->statistics().n_data, plain->statistics().n_data);
  EXPECT_EQ(prepares->statistics().used_bytes, plain->statistics().used_bytes);
  ASSERT_TRUE(prepares->close());
  ASSERT_TRUE(plain->close());

  EXPECT_EQ(exported("ours.journal"), exported("plain.journal"));
  if (logq::test::journalctl_installed()) {
    EXPECT_EQ(logq::test::verify_file(path("ours.journal")).status, 0);
  }
}

TEST_F(PreparedValuesTest, ServeAnyFile) {
  const Fields fields = large_entry();
  const auto payloads = test::views(fields);
  PreparedValues without_key;
  without_key.prepare(payloads, std::nullopt, Compress::kNo);
  PreparedValues for_another;
  for_another.prepare(payloads, FileKey{Id128::random()}, Compress::kYes);
  WriterOptions unkeyed;
  unkeyed.keyed_hash = false;
  unkeyed.compact = false;

  for (const PreparedValues* prepared : {&without_key, &for_another}) {
    for (const WriterOptions& options : {WriterOptions{}, unkeyed}) {
      const auto writer = begin("one.journal", options);
      ASSERT_TRUE(writer->append(moment(1), payloads));
      ASSERT_TRUE(writer->append_prepared(moment(2), 2, payloads, *prepared));
      EXPECT_EQ(writer->statistics().n_data, 4U);
      ASSERT_TRUE(writer->close());
      EXPECT_EQ(prepared->taker()->keyed, options.keyed_hash);
      if (logq::test::journalctl_installed()) {
        EXPECT_EQ(logq::test::verify_file(path("one.journal")).status, 0);
      }
      std::filesystem::remove(path("one.journal"));
    }
  }
}

TEST_F(PreparedValuesTest, TakeOnlyTheRoomTheyNeed) {
  WriterOptions small;
  small.max_size_bytes = std::uint64_t{1} << 20;
  const auto writer = begin("small.journal", small);
  const Fields fields{"MESSAGE=" + std::string(4 << 20, 'm')};
  const auto payloads = test::views(fields);
  PreparedValues prepared;
  prepared.prepare(payloads, std::nullopt, Compress::kYes);

  EXPECT_TRUE(writer->append_prepared(moment(1), 1, payloads, prepared));
}

TEST_F(PreparedValuesTest, GoOnInTheNextFileOfAStore) {
  StoreOptions options;
  options.directory = directory_.path();
  options.writer.max_size_bytes = std::uint64_t{1} << 20;
  auto store = *Store::open(options);
  const Fields fields{"MESSAGE=" + noise(400'000)};
  for (std::uint64_t n = 1; n <= 5; ++n) {
    const Fields own{fields[0] + std::to_string(n)};
    const auto payloads = test::views(own);
    PreparedValues prepared;
    prepared.prepare(payloads, std::nullopt, Compress::kYes);
    const NewEntry entry{moment(n), payloads, &prepared};
    ASSERT_EQ(store->append_batch({&entry, 1}).value(), 1U);
  }

  EXPECT_EQ(store->sequence().tail_seqnum, 5U);
  EXPECT_GT(store->rotations(), 0U);
  EXPECT_TRUE(store->close());
}

}  // namespace
}  // namespace logq::journal
