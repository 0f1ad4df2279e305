// README.md's recipe for containers, taken from its text, in a pid namespace of its own.
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/private_logqd.h"
#include "support/stock_journald.h"

namespace logq::test {
namespace {

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

// The recipe with its directories under `directory`; "" when README has none.
std::string recipe(const std::string& directory) {
  const std::string text = read_text_file(LOGQ_SOURCE_DIR "/README.md");
  const std::size_t at = text.find("#!/bin/sh\nlogqd ");
  if (at == std::string::npos) return "";
  std::string script = text.substr(at, text.find("```", at) - at);
  replace_all(script, "/run/logq", directory + "/run");
  replace_all(script, "/var/log/journal", directory + "/journal");
  return script;
}

TEST(ContainerRecipe, StoresAllOfAServiceThatEndsWithItsContainer) {
  const std::vector<std::string> container{"unshare", "-pf", "--mount-proc"};
  std::vector<std::string> probe = container;
  probe.emplace_back("true");
  if (run_command({probe, {}, {}}).status != 0) GTEST_SKIP() << "no pid namespaces here";
  const TempDir directory;
  const auto write_program = [&](const std::string& name, const std::string& script) {
    write_text_file(directory.path() + name, script);
    ::chmod((directory.path() + name).c_str(), 0755);
  };
  write_program("/hello", "#!/bin/sh\necho output\nexit 3\n");
  write_program("/entry", recipe(directory.path()));
  const std::string path = std::string(LOGQ_BIN_DIR) + ":" + ::getenv("PATH");

  for (int run = 0; run < 2; ++run) {
    std::vector<std::string> argv = container;
    argv.insert(argv.end(), {"sh", "-c", "cd " + directory.path() + "; exec ./entry"});
    const auto result = run_command({argv, {{"PATH", path}}, {}});
    EXPECT_EQ(result.status, 3);
    EXPECT_EQ(result.err, "");  // the second logqd finds nothing to recover
  }

  const auto result = run_command({{built_program("logq"), "-D", directory.path() + "/journal",
                                    "-u", "hello", "-q", "-o", "export"},
                                   {},
                                   {}});
  const auto entries = parse_export(result.out);
  ASSERT_EQ(entries.size(), 8U) << result.err;
  EXPECT_EQ(entries[5].at("MESSAGE"), "output");
  EXPECT_EQ(entries[7].at("MESSAGE"), "hello.service: Failed with result 'exit-code'.");
}

}  // namespace
}  // namespace logq::test
