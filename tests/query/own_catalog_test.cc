// packaging/catalog/logqd.catalog explains what we say ourselves and systemd's catalog does not.
#include <filesystem>
#include <set>

#include <gtest/gtest.h>

#include "query/catalog_files.h"
#include "support/child_process.h"
#include "support/journalctl.h"
#include "support/temp_dir.h"
#include "support/text_pattern.h"

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
    "7d4958e842da4a758f6c1cdc7b36dcc5",  // starting
    "39f53479d3a045ac8e11786248231fbf",  // started
    "be02cf6855d2428ba40df7e9d022f03d",  // start failed
    "de5b426a63be47a7b6ac3eaac82e2f6f",  // stopping
    "9d1aaa27d60140bd96365438aad20286",  // stopped
    "d34d037fff1847e6ae669a370e694725",  // reloading
    "7b05ebc668384222baa8881179cfda54",  // reloaded
    "98e322203f7a4ed290d09fe03c09fe15",  // a process exited
    "7ad2d189f7e94e70a38c781354912448",  // deactivated
    "d9b373ed55a64feb8242e02dbe79a49c",  // failed
    "0e4284a0caca4bfc81c0bb6786972673",  // a condition said no
    "5eb03494b6584870a536b337290809b3",  // restart scheduled
    "641257651c1b4ec9a8624d7a40a9e1e7",  // could not be executed
    "ae8f7b866b0347b9af31fe1c80b127c0",  // processor time
    "fe6faa94e7774663a0da52717891d8ef",  // killed for want of memory
    "c772d24e9a884cbeb9ea12625c306c01",  // bad setting
};

std::set<std::string> ids_in(const std::string& text) {
  static const TextPattern id("\\b[0-9a-f]{32}\\b");
  std::set<std::string> ids;
  for (const auto& match : id.all_in(text))
    ids.insert(match[0]);
  return ids;
}

// Those of logqd and logq-run, the one that the client library writes down as bytes, and that of
// logq-cat.
std::set<std::string> own_message_ids() {
  std::set<std::string> own = {"4d1c0f3b9e624a558b7a21c6e0935d18",
                               "c1370f8363ae4fe991461ce3e95939d1"};
  for (const char* layer : {"/lib/collect", "/lib/supervise"}) {
    for (const auto& file : fs::directory_iterator(LOGQ_SOURCE_DIR + std::string(layer)))
      own.merge(ids_in(read_text_file(file.path().string())));
  }
  std::erase_if(own, [](const std::string& id) { return kOfSystemd.contains(id); });
  return own;
}

TEST(OwnCatalog, ExplainsEveryMessageThatIsOurs) {
  const std::set<std::string> own = own_message_ids();
  EXPECT_EQ(ids_in(read_text_file(kOwnCatalog)), own);
  EXPECT_GE(own.size(), 4U);
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
