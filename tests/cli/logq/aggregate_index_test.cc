// Counts by the index of archives, beside a plain count of what logq shows of the same directory:
// archives and files that are written, of one sequence and of several, and copies of them.
#include <algorithm>
#include <filesystem>
#include <map>
#include <random>

#include <gtest/gtest.h>

#include "base/ids.h"
#include "counted_output.h"
#include "journal/file_writer.h"
#include "support/child_process.h"
#include "support/long_tests.h"
#include "support/temp_dir.h"
#include "written_journal.h"

namespace logq::test {
namespace {

namespace fs = std::filesystem;
using Arguments = std::vector<std::string>;
using journal::FileWriter;

// Writes entries by chance into the files of a directory, as a collector with users does, and one
// that collects from elsewhere.
class RandomDirectory {
 public:
  explicit RandomDirectory(unsigned seed) : random_(seed) {}

  void write(int n_entries) {
    for (int i = 0; i < n_entries; ++i) {
      const std::string name = chance(10) ? "foreign" : chance(4) ? "user-1000" : "system";
      append(name);
      if (chance(n_entries / 6)) archive(name);
      if (chance(n_entries / 6)) boot_ = Id128::random();
    }
    if (chance(2)) archive("user-1000");
    copy_some();
  }

  [[nodiscard]] const std::string& path() const { return dir_.path(); }
  [[nodiscard]] std::uint64_t middle_usec() const { return kBegan + (now_usec_ - kBegan) / 2; }

 private:
  static constexpr std::uint64_t kBegan = 1'700'000'000'000'000;

  bool chance(int one_in) { return random_() % static_cast<unsigned>(std::max(one_in, 1)) == 0; }
  std::string number(unsigned below) { return std::to_string(random_() % below); }

  FileWriter& writer_of(const std::string& name) {
    std::unique_ptr<FileWriter>& writer = writers_[name];
    if (writer) return *writer;
    journal::WriterOptions options;
    options.max_size_bytes = 8U << 20;
    journal::SequencePosition& sequence = sequences_[name == "foreign" ? 1 : 0];
    options.sequence = sequence;
    auto made = FileWriter::create(dir_.path() + "/" + name + ".journal", options);
    if (!made) throw std::runtime_error("cannot write a journal file");
    writer = std::move(*made);
    sequence.seqnum_id = writer->sequence().seqnum_id;
    return *writer;
  }

  void append(const std::string& name) {
    FileWriter& writer = writer_of(name);
    std::vector<std::string> fields = {"MESSAGE=" + number(1'000'000), "_BOOT_ID=" + id(boot_)};
    for (unsigned left = random_() % 4; left > 0; --left)
      fields.push_back("UNIT=u" + number(6));
    if (!chance(3)) fields.push_back("NUMBER=" + number(40));
    if (chance(5)) fields.push_back("TEXT=" + std::string(600, 'x') + number(3));
    if (chance(50)) fields.emplace_back("UNIT=");
    const std::vector<std::string_view> payloads(fields.begin(), fields.end());
    const std::uint64_t seqnum = ++sequences_[name == "foreign" ? 1 : 0].tail_seqnum;
    now_usec_ += random_() % 1000;
    if (!writer.append_with_seqnum({now_usec_, now_usec_, boot_}, seqnum, payloads)) {
      throw std::runtime_error("cannot append");
    }
    writer.publish();
  }

  static std::string id(const Id128& id) { return id.to_string(); }

  void archive(const std::string& name) {
    const auto writer = writers_.find(name);
    if (writer == writers_.end() || !writer->second) return;
    if (!writer->second->archive()) throw std::runtime_error("cannot archive");
    writer->second.reset();
  }

  // As of a backup that lies beside.
  void copy_some() {
    std::vector<fs::path> files;
    for (const auto& file : fs::directory_iterator(dir_.path()))
      files.push_back(file.path());
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
      if (chance(5)) fs::copy_file(file, file.string() + "copy.journal");
    }
  }

  TempDir dir_;
  std::mt19937 random_;
  std::map<std::string, std::unique_ptr<FileWriter>> writers_;
  journal::SequencePosition sequences_[2];
  std::uint64_t now_usec_ = kBegan;
  Id128 boot_ = Id128::random();
};

std::string logq(const std::string& directory, const Arguments& arguments) {
  Arguments argv = {std::string(LOGQ_BIN_DIR) + "/logq", "-q", "-D", directory};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  const CommandResult result = run_command({argv, {{"TZ", "UTC"}, {"LC_ALL", "C.UTF-8"}}, {}});
  EXPECT_EQ(result.err, "") << testing::PrintToString(arguments);
  return result.out;
}

void expect_counts(const std::string& directory, const Arguments& filters) {
  const auto with = [&](Arguments more) {
    more.insert(more.end(), filters.begin(), filters.end());
    return logq(directory, more);
  };
  const auto entries = read_export(with({"-o", "export"}));
  EXPECT_EQ(with({"--count"}), std::to_string(entries.size()) + "\n");
  for (const Arguments& fields :
       {Arguments{"UNIT"}, Arguments{"NUMBER"}, Arguments{"TEXT"}, Arguments{"ABSENT"},
        Arguments{"MESSAGE"}, Arguments{"UNIT", "NUMBER"}}) {
    std::string names = fields[0];
    if (fields.size() > 1) names += "," + fields[1];
    const auto rows = read_json_rows(with({"--count-by=" + names, "-o", "json"}));
    EXPECT_EQ(counts_told(rows, fields), count_plainly(entries, fields)) << names;
  }
  std::uint64_t n_numbers = 0;
  std::uint64_t sum = 0;
  for (const auto& [values, count] : count_plainly(entries, {"NUMBER"})) {
    n_numbers += values[0] ? count : 0;
    sum += values[0] ? count * std::stoull(*values[0]) : 0;
  }
  const auto rows = read_json_rows(with({"--stats=NUMBER", "-o", "json"}));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].at("count"), std::to_string(n_numbers));
  EXPECT_EQ(rows[0].at("sum"), std::to_string(sum));
}

TEST(AggregateIndex, TellsWhatAPlainCountOfTheEntriesTells) {
  const auto seeds = static_cast<unsigned>(rounds(5, 10));
  for (unsigned seed = 0; seed < seeds; ++seed) {
    RandomDirectory directory(seed);
    directory.write(seed == 0 ? rounds(8'000, 20'000) : 1500);
    SCOPED_TRACE(seed);
    expect_counts(directory.path(), {});
  }
}

TEST(AggregateIndex, TheLastEntryOfAnArchiveIsCountedOnce) {
  WrittenJournal journal;
  for (int i = 0; i < 10; ++i)
    journal.append_fields(1, {"MESSAGE=x", i % 2 == 0 ? "UNIT=even" : "UNIT=odd"});
  journal.rotate();

  EXPECT_EQ(journal.logq({"--count"}).out, "10\n");
  EXPECT_EQ(journal.logq({"--count-by=UNIT", "-q"}).out, "5 even\n5 odd\n");
  EXPECT_EQ(journal.logq({"--count-by=ABSENT", "-q"}).out, "10 -\n");
}

TEST(AggregateIndex, OfPartsOfTheFilesCountsWhatIsShown) {
  for (unsigned seed = 20; seed < 23; ++seed) {
    RandomDirectory directory(seed);
    directory.write(1500);
    SCOPED_TRACE(seed);
    const std::string middle =
        "@" + std::to_string(directory.middle_usec() / 1'000'000) + "." +
        std::to_string(directory.middle_usec() % 1'000'000 + 1'000'000).substr(1);
    expect_counts(directory.path(), {"-S", middle});
    expect_counts(directory.path(), {"-U", middle});
    expect_counts(directory.path(), {"UNIT=u1"});
    expect_counts(directory.path(), {"-g", "7"});
  }
}

}  // namespace
}  // namespace logq::test
