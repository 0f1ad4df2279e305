// Scripts made at random, run by the real multilog and by ours on the same lines: what is stored,
// shown and kept must be the same bytes.
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "supervise/line_sieve.h"
#include "supervise/status_file.h"
#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::supervise {
namespace {

constexpr std::size_t kShown = 200;
constexpr std::string_view kAlphabet("ab*:[]- \0\xff", 10);

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t limit) {
  return random() % limit;
}

std::string random_text(Random& random, std::size_t size, bool for_argument) {
  std::string text;
  while (text.size() < size) {
    const char c = kAlphabet[below(random, kAlphabet.size())];
    if (c != '\0' || !for_argument) text.push_back(c);
  }
  return text;
}

// Short lines, and some about as long as what is looked at or shown.
std::string random_line(Random& random) {
  switch (below(random, 12)) {
    case 0:
      return random_text(random, 990 + below(random, 20), false);
    case 1:
      return random_text(random, 195 + below(random, 10), false);
    default:
      return random_text(random, below(random, 8), false);
  }
}

// One that matches now and then: made from a line, some of it behind stars.
std::string random_pattern(Random& random, const std::vector<std::string>& lines) {
  std::string pattern;
  for (const char c : lines[below(random, lines.size())]) {
    if (pattern.size() > 40) break;
    const std::size_t dice = below(random, 5);
    if (dice == 0) pattern += '*';
    if (dice != 1 && c != '\0') pattern += c;
  }
  return below(random, 2) == 0 ? pattern + "*" : pattern;
}

struct Corpus {
  explicit Corpus(Random& random) {
    for (int i = 0; i < 400; ++i)
      lines.push_back(random_line(random));
    for (const std::string& line : lines)
      text += line + "\n";
  }
  std::vector<std::string> lines;
  std::string text;
};

// Patterns only, and such as do not know the time: of what comes behind the first blank.
std::vector<std::string> random_stamped_script(Random& random, const Corpus& corpus) {
  std::vector<std::string> script{"t"};
  for (std::size_t i = 0; i <= below(random, 5); ++i) {
    const std::string sign = below(random, 2) == 0 ? "-" : "+";
    const std::string stamp = below(random, 3) == 0 ? "@4* " : "* ";
    script.push_back(sign + stamp + random_pattern(random, corpus.lines));
  }
  return script;
}

std::vector<std::string> random_script(Random& random, const Corpus& corpus) {
  std::vector<std::string> script;
  const std::size_t actions = 1 + below(random, 6);
  for (std::size_t i = 0; i < actions; ++i) {
    const std::size_t kind = below(random, 8);
    if (kind == 0) {
      script.emplace_back("e");
    } else if (kind == 1) {
      script.emplace_back("=STATUS");
    } else {
      script.push_back((kind < 5 ? "-" : "+") + random_pattern(random, corpus.lines));
    }
  }
  return script;
}

struct Outcome {
  std::string stored;
  std::string shown;
  std::string status;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome run_multilog(std::vector<std::string> script, const Corpus& corpus) {
  const test::TempDir directory;
  const std::string status = directory.path() + "/status";
  for (std::string& word : script)
    word = word == "=STATUS" ? "=" + status : word;
  script.insert(script.begin(), "multilog");
  script.emplace_back("s16777215");
  script.push_back(directory.path() + "/main");
  const auto result = test::run_command({script, {}, corpus.text});
  return {test::read_text_file(directory.path() + "/main/current"), result.err,
          test::read_text_file(status)};
}

Outcome run_sieve(std::vector<std::string> words, const Corpus& corpus, std::size_t piece) {
  const test::TempDir directory;
  const std::string status = directory.path() + "/status";
  LoggerScript script;
  std::vector<StatusFile> files;
  for (const std::string& word : words) {
    EXPECT_EQ(script.add(word == "=STATUS" ? "=" + status : word), std::nullopt);
    if (word == "=STATUS") files.push_back(*StatusFile::open(status));
  }
  Outcome outcome;
  LineSieve sieve(script, base::Clock::system(),
                  [&](std::string_view head, const LoggerScript::Verdict& verdict) {
                    for (int i = 0; i < verdict.times_shown; ++i) {
                      outcome.shown += head.substr(0, kShown);
                      outcome.shown += head.size() > kShown ? "...\n" : "\n";
                    }
                    for (const std::size_t file : verdict.kept_status)
                      EXPECT_TRUE(files[file].keep(head));
                  });
  std::size_t done = 0;
  for (std::size_t end = 0; done < corpus.text.size();) {
    end = std::min(end + piece, corpus.text.size());
    const std::string_view window = std::string_view(corpus.text).substr(done, end - done);
    const auto step = sieve.next(window, end == corpus.text.size());
    if (step.is_stored) outcome.stored += window.substr(0, step.bytes);
    done += step.bytes;
  }
  outcome.status = test::read_text_file(status);
  return outcome;
}

std::string without_stamps(const std::string& text) {
  constexpr std::size_t kStampBytes = 26;
  std::string lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at) + 1;
    lines += text.substr(at + kStampBytes, end - at - kStampBytes);
    at = end;
  }
  return lines;
}

bool has_multilog() {
  return test::run_command({{"sh", "-c", "command -v multilog"}, {}, {}}).status == 0;
}

TEST(MultilogDifferential, RandomScriptsSelectTheSameBehindTimeStamps) {
  if (!has_multilog()) GTEST_SKIP() << "daemontools is not installed";
  Random random(11);
  const Corpus corpus(random);
  int selective = 0;
  for (int i = 0; i < 100; ++i) {
    const auto script = random_stamped_script(random, corpus);
    const std::string expected = without_stamps(run_multilog(script, corpus).stored);

    ASSERT_EQ(run_sieve(script, corpus, 5000).stored, expected) << testing::PrintToString(script);
    if (!expected.empty() && expected != corpus.text) ++selective;
  }
  EXPECT_GT(selective, 20);
}

TEST(MultilogDifferential, RandomScriptsSelectShowAndKeepTheSame) {
  if (!has_multilog()) GTEST_SKIP() << "daemontools is not installed";
  Random random(20261122);
  const Corpus corpus(random);
  int selective = 0;
  for (int i = 0; i < 200; ++i) {
    const auto script = random_script(random, corpus);
    const Outcome expected = run_multilog(script, corpus);

    ASSERT_EQ(run_sieve(script, corpus, 1 + below(random, 4000)), expected)
        << testing::PrintToString(script);
    if (!expected.stored.empty() && expected.stored != corpus.text) ++selective;
  }
  EXPECT_GT(selective, 50);  // else nothing was tried
}

}  // namespace
}  // namespace logq::supervise
