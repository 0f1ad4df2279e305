// What bash, zsh and fish offer for command lines of logq: the scripts of packaging/completion/ in
// the shells themselves.
#include "logq/pages/completion.h"

#include <filesystem>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "written_journal.h"

namespace logq::cli {
namespace {

using test::CommandResult;
using test::WrittenJournal;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::SizeIs;

using Offers = std::set<std::string>;

const std::string kScripts = std::string(LOGQ_SOURCE_DIR) + "/packaging/completion";

std::string script_path(const std::string& shell) {
  return kScripts + (shell == "zsh" ? "/_logq" : "/logq." + shell);
}

bool is_installed(const std::string& program) {
  return test::run_command({{"sh", "-c", "command -v " + program}, {}, {}}).status == 0;
}

// The command that prints the matches for a line, one a line.
std::vector<std::string> asking(const std::string& shell, const std::string& line) {
  if (shell == "bash") {
    return {"bash",
            "--norc",
            "-c",
            ". \"$1\"; COMP_LINE=$2 COMP_POINT=${#2}; _logq; "
            "((${#COMPREPLY[@]} == 0)) || printf '%s\\n' \"${COMPREPLY[@]}\"",
            "bash",
            script_path(shell),
            line};
  }
  if (shell == "fish") {
    return {"fish",
            "--no-config",
            "-c",
            "source $argv[1]; complete -C$argv[2] | string replace -r '\\t.*' ''; true",
            script_path(shell),
            line};
  }
  return {"zsh", "-f", std::string(LOGQ_SOURCE_DIR) + "/tests/cli/logq/zsh_completion.zsh",
          kScripts, line};
}

class Completion : public testing::Test {
 protected:
  Offers offered_by(const std::string& shell, const std::string& line) {
    // Where zsh keeps what it has found out about all its completions.
    static const test::TempDir of_zsh;
    const std::string path = std::string(LOGQ_BIN_DIR) + ":" + std::getenv("PATH");
    const CommandResult result = test::run_command({asking(shell, line),
                                                    {{"PATH", path},
                                                     {"HOME", home_.path()},
                                                     {"ZDOTDIR", of_zsh.path()},
                                                     {"XDG_CONFIG_HOME", home_.path()},
                                                     {"XDG_DATA_HOME", home_.path()},
                                                     {"TERM", "xterm"},
                                                     {"LC_ALL", "C.UTF-8"}},
                                                    {}});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.err, "");
    Offers offers;
    for (std::size_t begin = 0; begin < result.out.size();) {
      const std::size_t end = result.out.find('\n', begin);
      offers.insert(result.out.substr(begin, end - begin));
      begin = end + 1;
    }
    return offers;
  }

  // "logq -D DIRECTORY REST"
  [[nodiscard]] std::string line(const std::string& rest) const {
    return "logq -D " + journal_.directory() + " " + rest;
  }

  WrittenJournal journal_;
  test::TempDir home_;
};

// What holds for every shell. Where shells differ in what they insert, it is the whole word or what
// is behind its last '='; a name may come with a '=' that belongs to it.
class ShellCompletion : public Completion, public testing::WithParamInterface<const char*> {
 protected:
  void SetUp() override {
    if (!is_installed(GetParam())) GTEST_SKIP() << GetParam() << " is not installed";
  }

  Offers offered(const std::string& line) {
    Offers offers;
    for (std::string offer : offered_by(GetParam(), line)) {
      if (offer.ends_with('=')) offer.pop_back();
      offers.insert(offer.substr(offer.rfind('=') + 1));
    }
    return offers;
  }
};

INSTANTIATE_TEST_SUITE_P(Shells,
                         ShellCompletion,
                         testing::Values("bash", "zsh", "fish"),
                         [](const auto& parameter) { return std::string(parameter.param); });

TEST_P(ShellCompletion, IsTheCommittedScript) {
  const std::string shell = GetParam();
  const std::string written = test::read_text_file(kScripts + "/logq." + shell + ".in");

  ASSERT_NE(written, "");
  EXPECT_TRUE(completion_for(shell, written) == test::read_text_file(script_path(shell)))
      << "run: build/dev/bin/logq-completion " << shell << " <packaging/completion/logq." << shell
      << ".in >" << script_path(shell);
}

TEST_P(ShellCompletion, OffersUnitsOfTheJournalThatTheLineNames) {
  journal_.append_fields(1, {"_SYSTEMD_UNIT=hello.service"});
  journal_.append_fields(1, {"_SYSTEMD_UNIT=nginx.service"});
  const std::string directory = journal_.directory();

  const Offers both = {"hello.service", "nginx.service"};
  EXPECT_EQ(offered("logq -D " + directory + " -u "), both);
  EXPECT_EQ(offered("logq -D" + directory + " -f -u "), both);
  EXPECT_EQ(offered("logq -qfD " + directory + " --unit="), both);
  EXPECT_EQ(offered("logq --directory=" + directory + " --unit "), both);
  EXPECT_EQ(offered("logq -i " + directory + "/system.journal -p err -u h"),
            Offers{"hello.service"});
}

TEST_P(ShellCompletion, OffersAUsersUnitsWithTheUsersJournal) {
  journal_.append_fields(1, {"_SYSTEMD_UNIT=hello.service", "_SYSTEMD_USER_UNIT=mine.service"});

  EXPECT_EQ(offered(line("--user-unit=")), Offers{"mine.service"});
  std::filesystem::rename(journal_.directory() + "/system.journal",
                          journal_.directory() + "/user-" + std::to_string(getuid()) + ".journal");
  EXPECT_EQ(offered(line("--user -u ")), Offers{"mine.service"});
}

TEST_P(ShellCompletion, UnderstandsQuotesBeforeIt) {
  journal_.append_fields(1, {"SYSLOG_IDENTIFIER=sshd"});
  const std::string directory = home_.path() + "/it's a place";
  std::filesystem::copy(journal_.directory(), directory);

  EXPECT_EQ(offered("logq -D ~/it\\'s\\ a\\ place -t "), Offers{"sshd"});
  EXPECT_EQ(offered("logq -D \"" + directory + "\" -t "), Offers{"sshd"});
  EXPECT_EQ(offered("logq --directory=\"" + directory + "\" -T s"), Offers{"sshd"});
}

TEST_P(ShellCompletion, RunsNothingThatStandsInTheLine) {
  journal_.append_fields(1, {"SYSLOG_IDENTIFIER=sshd"});
  const std::string trap = home_.path() + "/sprung";

  offered("logq -D $(touch " + trap + ") -t ");
  offered("logq -D \"`touch " + trap + "`\" SYSLOG_IDENTIFIER=");
  offered(line("-t $(touch " + trap + ")"));

  EXPECT_FALSE(std::filesystem::exists(trap));
}

TEST_P(ShellCompletion, OffersFixedValues) {
  EXPECT_EQ(offered("logq -o js"), (Offers{"json", "json-pretty", "json-sse", "json-seq"}));
  EXPECT_EQ(offered("logq -p e"), (Offers{"emerg", "err"}));
  EXPECT_EQ(offered("logq -p warning..e"), (Offers{"warning..emerg", "warning..err"}));
  EXPECT_EQ(offered("logq --facility us"), Offers{"user"});
  EXPECT_EQ(offered("logq --facility=kern,us"), Offers{"kern,user"});
  EXPECT_EQ(offered("logq --help="), Offers{"all"});
}

TEST_P(ShellCompletion, OffersOptionsThatAreThere) {
  EXPECT_EQ(offered("logq --vac"), (Offers{"--vacuum-files", "--vacuum-size", "--vacuum-time"}));
  EXPECT_THAT(offered("logq --imag"), IsEmpty());
  EXPECT_THAT(offered("logq --complete-m"), IsEmpty());
}

TEST_P(ShellCompletion, OffersNothingWhereNothingCanBeListed) {
  for (const char* const words : {"-g ", "--grep=", "--where ", "-c ", "--vacuum-size="})
    EXPECT_THAT(offered(line(words)), IsEmpty()) << words;
}

TEST_P(ShellCompletion, OffersNamesAndValuesOfFields) {
  journal_.append_fields(1, {"FOO=one", "FOOL=x"});
  journal_.append_fields(1, {"FOO=two"});

  EXPECT_EQ(offered(line("FO")), (Offers{"FOO", "FOOL"}));
  EXPECT_EQ(offered(line("FOO=")), (Offers{"one", "two"}));
  EXPECT_EQ(offered(line("-n 5 FOO=one + FOO=t")), Offers{"two"});
  EXPECT_EQ(offered(line("-F FO")), (Offers{"FOO", "FOOL"}));
  EXPECT_EQ(offered(line("--output-fields=FOO,FOOL")), Offers{"FOO,FOOL"});
}

TEST_P(ShellCompletion, OffersBootsByNumberAndByName) {
  journal_.append("now");
  const std::string boot = base::boot_id().to_string();

  EXPECT_THAT(offered(line("-b ")), IsSupersetOf({"0", "all"}));
  EXPECT_EQ(offered(line("--boot=")), (Offers{"0", "all"}));
  EXPECT_EQ(offered(line("--boot=" + boot.substr(0, 8))), Offers{boot});
}

TEST_P(ShellCompletion, OffersDirectoriesAndFiles) {
  std::filesystem::create_directory(home_.path() + "/logs");
  test::write_text_file(home_.path() + "/logs/a.journal", "");

  const std::string logs = home_.path() + "/logs";
  for (const std::string& offer : offered("logq -D " + home_.path() + "/lo"))
    EXPECT_TRUE((logs + "/").ends_with(offer) || logs.ends_with(offer)) << offer;
  EXPECT_THAT(offered("logq -D " + home_.path() + "/lo"), SizeIs(1));
  EXPECT_THAT(offered("logq -D " + logs + "/"), IsEmpty());
  EXPECT_THAT(offered("logq -i " + logs + "/"), SizeIs(1));
}

TEST_P(ShellCompletion, OffersNothingThatWouldCommandTheTerminal) {
  for (const char* const value : {"FOO=good", "FOO=\x1b[31mred", "FOO=two\nlines", "FOO=bad\xff",
                                  "FOO=bell\a", "FOO=c1\xc2\x9b", "FOO=tab\tbed"})
    journal_.append_fields(1, {value});

  EXPECT_EQ(offered(line("FOO=")), Offers{"good"});
}

TEST_P(ShellCompletion, IsNotDrownedByAHundredThousandValues) {
  for (int i = 0; i < 100'000;) {
    std::vector<std::string> fields;
    for (const int end = i + 500; i < end; ++i)
      fields.push_back("MANY=value-" + std::to_string(i));
    journal_.append_fields(1, fields);
  }

  EXPECT_THAT(offered(line("MANY=")), SizeIs(1000));
  EXPECT_EQ(offered(line("MANY=value-99999")), Offers{"value-99999"});
  EXPECT_EQ(offered(line("MANY=value-777")).size(), 111U);
}

// How values are quoted where they are inserted.
class QuotedCompletion : public Completion {
 protected:
  QuotedCompletion() {
    for (const char* const value :
         {"FOO=two words", "FOO=it's", "FOO=say \"$1\"", "FOO=a:b:c", "FOO=getty@tty1"})
      journal_.append_fields(1, {value});
  }
};

TEST_F(QuotedCompletion, OfBashReplacesWhatReadlineTakesForTheWord) {
  EXPECT_EQ(offered_by("bash", line("FOO=tw")), Offers{"two\\ words"});
  EXPECT_EQ(offered_by("bash", line("FOO=two\\ ")), Offers{"two\\ words"});
  EXPECT_EQ(offered_by("bash", line("FOO=it")), Offers{"it\\'s"});
  EXPECT_EQ(offered_by("bash", line("FOO=\"tw")), Offers{"two words"});
  EXPECT_EQ(offered_by("bash", line("'FOO=it")), Offers{"FOO=it'\\''s"});
  EXPECT_EQ(offered_by("bash", line("FOO=\"sa")), Offers{"say \\\"\\$1\\\""});
  EXPECT_EQ(offered_by("bash", line("FOO=a:")), Offers{"b:c"});
  EXPECT_EQ(offered_by("bash", line("FOO=getty@t")), Offers{"@tty1"});
  EXPECT_EQ(offered_by("bash", line("FOO=g")), Offers{"getty@tty1"});
}

TEST_F(QuotedCompletion, OfZshIsZshsOwn) {
  if (!is_installed("zsh")) GTEST_SKIP() << "zsh is not installed";

  EXPECT_EQ(offered_by("zsh", line("FOO=tw")), Offers{"FOO=two\\ words"});
  EXPECT_EQ(offered_by("zsh", line("FOO=two\\ ")), Offers{"FOO=two\\ words"});
  EXPECT_EQ(offered_by("zsh", line("FOO=it")), Offers{"FOO=it\\'s"});
  EXPECT_EQ(offered_by("zsh", line("FOO=a:")), Offers{"FOO=a:b:c"});
}

// fish quotes what it inserts by itself.
TEST_F(QuotedCompletion, OfFishAreTheValues) {
  if (!is_installed("fish")) GTEST_SKIP() << "fish is not installed";

  EXPECT_EQ(offered_by("fish", line("FOO=tw")), Offers{"FOO=two words"});
  EXPECT_EQ(offered_by("fish", line("FOO=\"two ")), Offers{"FOO=two words"});
  EXPECT_EQ(offered_by("fish", line("FOO=it")), Offers{"FOO=it's"});
  EXPECT_EQ(offered_by("fish", line("FOO=a:")), Offers{"FOO=a:b:c"});
}

TEST(CompletionFor, AnUnknownShellIsNothing) {
  EXPECT_FALSE(completion_for("tcsh", "").has_value());
}

}  // namespace
}  // namespace logq::cli
