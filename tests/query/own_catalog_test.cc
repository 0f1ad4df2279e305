// packaging/catalog/logqd.catalog explains what we say ourselves and systemd's catalog does not.
#include <filesystem>
#include <regex>
#include <set>

#include <gtest/gtest.h>

#include "query/catalog_files.h"
#include "support/child_process.h"
#include "support/journalctl.h"
#include "support/temp_dir.h"

namespace logq::test {
namespace {

namespace fs = std::filesystem;

const std::string kOwnCatalog = std::string(LOGQ_SOURCE_DIR) + "/packaging/catalog/logqd.catalog";

// systemd's, which its own catalog explains.
const std::set<std::string> kOfSystemd = {
    "f77379a8490b408bbe5f6940505a777b",  // journal started
    "d93fb3c9c24d451a97cea615ce59c00b",  // journal stopped
    "a596d6fe7bfa4994828e72309e95d61e",  // messages dropped
    "0027229ca0644181a76c4e92458afa2e",  // forwarding to syslog missed messages
    "e9bf28e6e834481bb6f48f548ad13606",  // kernel messages missed
    "ec387f577b844b8fa948f33cad9a75e6",  // journal usage
};

std::set<std::string> ids_in(const std::string& text) {
  const std::regex id("\\b[0-9a-f]{32}\\b");
  return {std::sregex_token_iterator(text.begin(), text.end(), id), std::sregex_token_iterator()};
}

// Those of logqd, the one that the client library writes down as bytes, and that of logq-cat.
std::set<std::string> own_message_ids() {
  std::set<std::string> own = {"4d1c0f3b9e624a558b7a21c6e0935d18",
                               "c1370f8363ae4fe991461ce3e95939d1"};
  for (const auto& file : fs::directory_iterator(std::string(LOGQ_SOURCE_DIR) + "/lib/collect"))
    own.merge(ids_in(read_text_file(file.path().string())));
  std::erase_if(own, [](const std::string& id) { return kOfSystemd.contains(id); });
  return own;
}

TEST(OwnCatalog, ExplainsEveryMessageThatIsOurs) {
  EXPECT_EQ(ids_in(read_text_file(kOwnCatalog)), own_message_ids());
  EXPECT_GE(own_message_ids().size(), 4U);
}

TEST(OwnCatalog, HasASubjectAndABodyForEachMessage) {
  const query::CatalogSources sources =
      query::read_catalog_sources({fs::path(kOwnCatalog).parent_path().string()});

  EXPECT_TRUE(sources.problems.empty());
  EXPECT_TRUE(sources.remarks.empty());
  for (const auto& [key, texts] : sources.entries.texts()) {
    EXPECT_TRUE(texts[0].starts_with("Subject: ")) << key.id.to_string();
    EXPECT_NE(texts[0].find("\nDefined-By: logq"), std::string::npos) << key.id.to_string();
    EXPECT_NE(texts[0].find("\n\n"), std::string::npos) << key.id.to_string();
  }
}

TEST(OwnCatalog, IsTakenByStockJournalctl) {
  if (!journalctl_installed()) GTEST_SKIP() << kNoJournalctl;
  const TempDir root;
  const std::string directory = root.path() + "/usr/lib/systemd/catalog";
  fs::create_directories(directory);
  fs::copy(kOwnCatalog, directory);

  const CommandResult updated =
      run_command({{"journalctl", "--root=" + root.path(), "--update-catalog"}, {}, {}});
  const CommandResult listed = run_command(
      {{"journalctl", "--root=" + root.path(), "--list-catalog"}, {{"LC_ALL", "C"}}, {}});

  EXPECT_EQ(updated.status, 0);
  EXPECT_EQ(updated.err, "");
  EXPECT_EQ(ids_in(listed.out), own_message_ids());
}

}  // namespace
}  // namespace logq::test
