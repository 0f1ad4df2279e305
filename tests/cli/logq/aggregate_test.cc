// --count, --count-by, --histogram and --stats.
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

#include "command_line.h"
#include "counted_output.h"
#include "written_journal.h"

namespace logq::test {
namespace {

using Arguments = std::vector<std::string>;

class Aggregate : public testing::Test {
 protected:
  void append_requests() {
    const auto append = [this](const std::string& unit, const std::string& time) {
      journal_.append_fields(1'000'000, {"MESSAGE=request", "UNIT=" + unit, "TIME=" + time});
    };
    append("web", "10ms");
    append("web", "250ms");
    append("mail", "1min 30s");
    append("web", "12");
    append("mail", "slow");
    journal_.append_fields(1'000'000, {"MESSAGE=other", "UNIT=a", "UNIT=b"});
    journal_.append("none");
  }

  [[nodiscard]] CommandResult run(const Arguments& arguments) const {
    return journal_.logq(arguments, {{"TZ", "UTC"}, {"LC_ALL", "C.UTF-8"}, {"COLUMNS", "60"}});
  }
  [[nodiscard]] std::string out(const Arguments& arguments) const { return run(arguments).out; }

  // Of a wrong command line.
  [[nodiscard]] std::string complaint(const Arguments& arguments) const {
    const CommandResult result = run(arguments);
    EXPECT_EQ(result.status, 1) << testing::PrintToString(arguments);
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    return result.err;
  }

  WrittenJournal journal_;
};

TEST_F(Aggregate, CountsEntries) {
  append_requests();

  EXPECT_EQ(out({"--count"}), "7\n");
  EXPECT_EQ(out({"--count", "UNIT=web"}), "3\n");
  EXPECT_EQ(out({"--count", "-o", "json"}), "{\"count\":7}\n");
  EXPECT_EQ(out({"--count", "-o", "json-pretty"}), "{\n\t\"count\" : 7\n}\n");
  EXPECT_EQ(out({"--count", "-o", "csv"}), "count\n7\n");
}

TEST_F(Aggregate, CountsByValueTheMostFrequentFirst) {
  append_requests();

  EXPECT_EQ(out({"--count-by=UNIT"}),
            "COUNT UNIT\n"
            "    3 web\n"
            "    2 mail\n"
            "    1 -\n"
            "    1 a\n"
            "    1 b\n");
  EXPECT_EQ(out({"--count-by=UNIT", "-o", "json", "UNIT=web"}), "{\"count\":3,\"UNIT\":\"web\"}\n");
}

TEST_F(Aggregate, CountsByCombination) {
  append_requests();

  EXPECT_EQ(out({"--count-by=MESSAGE,UNIT", "-q"}),
            "3 request web\n"
            "2 request mail\n"
            "1 none    -\n"
            "1 other   a\n"
            "1 other   b\n");
  EXPECT_EQ(out({"--count-by=MESSAGE", "--count-by=UNIT"}), out({"--count-by=MESSAGE,UNIT"}));
}

TEST_F(Aggregate, ShowsAsManyGroupsAsAreWantedAndTellsOfTheOthers) {
  append_requests();

  const CommandResult most = run({"--count-by=UNIT", "-n", "1"});
  EXPECT_EQ(most.status, 0);
  EXPECT_EQ(most.out, "COUNT UNIT\n    3 web\n");
  EXPECT_EQ(most.err, "logq: 4 of 5 groups are not shown\n");

  const CommandResult rarest = run({"--count-by=UNIT", "-n", "2", "-r", "-q"});
  EXPECT_EQ(rarest.out, "1 -\n1 a\n");
  EXPECT_EQ(rarest.err, "");
}

TEST_F(Aggregate, SummarisesEachKindOfQuantity) {
  append_requests();

  const CommandResult result = run({"--stats=TIME"});

  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.err, "logq: 1 values of TIME are no numbers\n");
  EXPECT_EQ(result.out,
            "FIELD COUNT  MIN   P50      P90      P99      MAX             SUM\n"
            "TIME      1   12    12       12       12       12              12\n"
            "TIME      3 10ms 250ms 1min 30s 1min 30s 1min 30s 1min 30.260000s\n");
}

TEST_F(Aggregate, TellsProgramsTheUnitOfEachSummary) {
  append_requests();
  journal_.append_fields(1, {"TIME=4K"});

  const auto rows = read_json_rows(out({"--stats=TIME", "-o", "json"}));

  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].at("unit"), std::nullopt);
  EXPECT_EQ(rows[1].at("unit"), "usec");
  EXPECT_EQ(rows[1].at("sum"), "90260000");
  EXPECT_EQ(rows[2].at("unit"), "bytes");
  EXPECT_EQ(rows[2].at("max"), "4096");
  const auto table = read_csv(out({"--stats=TIME", "-o", "csv"}));
  EXPECT_EQ(table[0],
            (Arguments{"field", "unit", "count", "min", "p50", "p90", "p99", "max", "sum"}));
  EXPECT_EQ(table[1], (Arguments{"TIME", "", "1", "12", "12", "12", "12", "12", "12"}));
}

TEST_F(Aggregate, DrawsHowManyEntriesEachSpanHasAsWideAsTheTerminal) {
  append_requests();
  const auto blocks = [](int n) {
    std::string text;
    while (n-- > 0)
      text += "█";
    return text;
  };
  EXPECT_EQ(out({"--histogram=4s"}),
            "TIME                COUNT\n"
            "2023-11-14 22:13:20     3 " +
                blocks(25) +
                "▌\n"
                "2023-11-14 22:13:24     4 " +
                blocks(34) + "\n");
  EXPECT_EQ(out({"--histogram=4s", "-q", "-r"}), "2023-11-14 22:13:24     4 " + blocks(34) +
                                                     "\n"
                                                     "2023-11-14 22:13:20     3 " +
                                                     blocks(25) + "▌\n");
}

TEST_F(Aggregate, DrawsInAsciiWhereTheLocaleHasNothingElse) {
  append_requests();
  const auto drawn = [this](const Arguments& arguments) {
    return journal_.logq(arguments, {{"TZ", "UTC"}, {"LC_ALL", "C"}, {"COLUMNS", "40"}}).out;
  };
  EXPECT_EQ(drawn({"--histogram=1h", "-q"}), "2023-11-14 22:00     7 #################\n");
  EXPECT_EQ(drawn({"--histogram=1d", "-q"}), "2023-11-14     7 #######################\n");
}

TEST_F(Aggregate, TellsProgramsTheTimeOfEachSpan) {
  append_requests();

  EXPECT_EQ(
      out({"--histogram=4s", "-o", "json"}),
      "{\"time\":\"2023-11-14T22:13:20+00:00\",\"realtime_usec\":1700000000000000,\"count\":3}\n"
      "{\"time\":\"2023-11-14T22:13:24+00:00\",\"realtime_usec\":1700000004000000,\"count\":4}\n");
  EXPECT_EQ(out({"--histogram=4s", "-r", "-o", "csv"}),
            "time,realtime_usec,count\n"
            "2023-11-14T22:13:24+00:00,1700000004000000,4\n"
            "2023-11-14T22:13:20+00:00,1700000000000000,3\n");
}

TEST_F(Aggregate, AHistogramCoversTheTimeThatWasAskedFor) {
  append_requests();

  const auto rows = read_csv(out(
      {"--histogram=1min", "-S", "2023-11-14 22:10:00", "-U", "2023-11-14 22:16:30", "-o", "csv"}));

  ASSERT_EQ(rows.size(), 1U + 7);
  EXPECT_EQ(rows[1][0], "2023-11-14T22:10:00+00:00");
  EXPECT_EQ(rows[4][2], "7");
  EXPECT_EQ(rows[7][0], "2023-11-14T22:16:00+00:00");
}

TEST_F(Aggregate, TextHasNoControlCharacters) {
  journal_.append_fields(1, {"VALUE=\x1b[2Jred\a"});
  journal_.append_fields(1, {"VALUE=two\nlines\tand a tab"});
  journal_.append_fields(1, {"VALUE=\xff\x80"});
  journal_.append_fields(1, {"VALUE=\xc2\x9b"
                             "2J"});  // the same as an escape and [

  EXPECT_EQ(out({"--count-by=VALUE", "-q"}),
            "1 \\x1b[2Jred\\x07\n"
            "1 two\\nlines\\x09and a tab\n"
            "1 \\xc2\\x9b2J\n"
            "1 \\xff\\x80\n");
}

TEST_F(Aggregate, ProgramsGetAnyValueBack) {
  const Arguments values = {"",
                            "plain",
                            "a,b",
                            "say \"no\"",
                            "two\nlines",
                            "\r",
                            "\xff\x80",
                            std::string("nul\0byte", 8),
                            "\x1b[2J",
                            "\"",
                            "schön",
                            std::string(9000, 'x'),
                            "back\\slash",
                            " blank "};
  for (const std::string& value : values)
    journal_.append_fields(1, {"VALUE=" + value});
  PlainCounts expected;
  for (const std::string& value : values)
    expected[{value}] = 1;

  for (const char* mode : {"json", "json-pretty"}) {
    const auto rows = read_json_rows(out({"--count-by=VALUE", "-o", mode}));
    EXPECT_EQ(counts_told(rows, {"VALUE"}), expected) << mode;
    EXPECT_EQ(out({"--count-by=VALUE", "-o", mode, "-q"}), out({"--count-by=VALUE", "-o", mode}));
  }
  auto rows = read_csv(out({"--count-by=VALUE", "-o", "csv"}));
  EXPECT_EQ(rows[0], (Arguments{"count", "VALUE"}));
  PlainCounts told;
  for (std::size_t i = 1; i < rows.size(); ++i)
    told[{rows[i].at(1)}] = std::stoull(rows[i].at(0));
  EXPECT_EQ(told, expected);
}

TEST_F(Aggregate, CsvTellsAnEmptyValueFromNone) {
  journal_.append_fields(1, {"A=1", "VALUE="});
  journal_.append_fields(1, {"A=2"});

  EXPECT_EQ(out({"--count-by=A,VALUE", "-o", "csv"}), "count,A,VALUE\n1,1,\"\"\n1,2,\n");
}

TEST_F(Aggregate, FindingNothingIsAFailureOfASearchOnly) {
  append_requests();

  for (const char* option : {"--count", "--count-by=UNIT", "--histogram", "--stats=TIME"}) {
    EXPECT_EQ(run({option, "-g", "nothing"}).status, 1) << option;
    EXPECT_EQ(run({option, "UNIT=nothing"}).status, 0) << option;
    EXPECT_EQ(run({option, "--where", "UNIT = nothing"}).status, 0) << option;
  }
  EXPECT_EQ(out({"--count", "-g", "nothing"}), "0\n");
  EXPECT_EQ(out({"--count-by=UNIT", "UNIT=nothing"}), "COUNT UNIT\n");
  EXPECT_EQ(out({"--histogram", "UNIT=nothing"}), "");
  EXPECT_EQ(out({"--count-by=NOBODY_HAS_IT"}), "COUNT NOBODY_HAS_IT\n    7 -\n");
}

TEST_F(Aggregate, AnEmptyJournalHasNothingToCount) {
  EXPECT_EQ(out({"--count"}), "0\n");
  EXPECT_EQ(out({"--histogram"}), "");
  EXPECT_EQ(out({"--histogram", "-o", "json"}), "");
  EXPECT_EQ(out({"--stats=A", "-o", "csv"}), "field,unit,count,min,p50,p90,p99,max,sum\n");
  EXPECT_EQ(
      read_csv(out({"--histogram=1h", "-S", "2024-01-01", "-U", "2024-01-02", "-o", "csv"})).size(),
      1U + 25);
}

TEST_F(Aggregate, TextsThatCannotBeSearchedAreToldAlsoWhereNothingIsFound) {
  journal_.append(std::string(60, 'a') + "b");

  const CommandResult result = run({"--count", "-g", "^(a+)+$"});

  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.out, "0\n");
  EXPECT_EQ(result.err, "logq: 1 texts could not be searched: match limit exceeded\n");
}

TEST_F(Aggregate, RefusesWhatDoesNotGoTogether) {
  const std::string only_one =
      "logq: please specify only one of --count, --count-by=, --histogram, --stats= and the "
      "commands\n";
  for (const Arguments& arguments :
       {Arguments{"--count", "--histogram"}, Arguments{"--count-by=A", "--stats=B"},
        Arguments{"--histogram", "--count-by=A"}, Arguments{"--count", "--list-boots"},
        Arguments{"--count", "-F", "A"}, Arguments{"--stats=A", "--disk-usage"}})
    EXPECT_EQ(complaint(arguments), only_one) << testing::PrintToString(arguments);
  EXPECT_EQ(complaint({"--count", "-f"}),
            "logq: what is counted cannot be followed: leave out --follow\n");
  for (const Arguments& arguments : {Arguments{"--count", "--show-cursor"},
                                     Arguments{"--count", "--cursor-file=/nonexistent/x"}}) {
    EXPECT_EQ(
        complaint(arguments),
        "logq: --show-cursor and --cursor-file= are for entries that are shown, not counted\n");
  }
  for (const Arguments& arguments :
       {Arguments{"--count", "-n", "5"}, Arguments{"--histogram", "-n5"},
        Arguments{"--stats=A", "-n", "5"}, Arguments{"--count-by=A", "-n", "+5"}}) {
    EXPECT_EQ(complaint(arguments),
              "logq: -n counts the rows of --count-by=; all entries are counted\n");
  }
  EXPECT_TRUE(complaint({"-o", "csv"}).starts_with("logq: -o csv is for what is counted"));
}

TEST_F(Aggregate, RefusesFormsOfEntries) {
  for (const char* mode : {"short-iso", "verbose", "export", "cat", "json-sse", "json-seq"}) {
    EXPECT_EQ(complaint({"--count", "-o", mode}),
              "logq: what is counted is printed as text, -o json, -o json-pretty or -o csv\n");
  }
}

TEST_F(Aggregate, RefusesNamesThatNoFieldHas) {
  for (const char* name : {"", "lower", "A B", "1A", "__CURSOR", "A=B", "\x1b", ","}) {
    EXPECT_TRUE(complaint({std::string("--count-by=") + name})
                    .starts_with("logq: not the name of a field: '"))
        << name;
    EXPECT_TRUE(
        complaint({std::string("--stats=") + name}).starts_with("logq: not the name of a field: '"))
        << name;
  }
  EXPECT_EQ(complaint({"--count-by=A,A"}), "logq: the field A is asked for twice\n");
  EXPECT_EQ(complaint({"--count-by=A,B,C,D,E,F,G,H,I"}),
            "logq: no more than 8 fields can be counted at a time\n");
}

TEST_F(Aggregate, RefusesSpansThatAreNone) {
  append_requests();
  for (const char* span : {"", "0", "-1s", "x", "infinity", "1q"})
    EXPECT_EQ(complaint({std::string("--histogram=") + span}),
              "logq: not a time span: --histogram=" + std::string(span) + "\n");
  EXPECT_EQ(complaint({"--histogram=10us"}),
            "logq: --histogram=10us would have more than 100000 rows: choose a longer span or a "
            "shorter time\n");
}

TEST_F(Aggregate, MayBeAskedForOnlyOneKind) {
  EXPECT_EQ(cli::refused({"--count", "--count"}), "accepted");
  EXPECT_EQ(cli::refused({"--count-by=A", "--count-by=B", "-n", "3", "-r"}), "accepted");
  EXPECT_EQ(cli::refused({"--histogram", "-e"}), "accepted");
}

TEST_F(Aggregate, TheFirstIdentifierIsWhatLeavesAnEntryOut) {
  journal_.append_fields(1, {"MESSAGE=1", "SYSLOG_IDENTIFIER=a", "SYSLOG_IDENTIFIER=b"});
  journal_.append_fields(1, {"MESSAGE=2", "SYSLOG_IDENTIFIER=b"});
  journal_.append_fields(1, {"MESSAGE=3"});

  for (const char* identifier : {"a", "b", "c"}) {
    const std::string shown = out({"-T", identifier, "-q"});
    EXPECT_EQ(out({"-T", identifier, "--count"}),
              std::to_string(std::count(shown.begin(), shown.end(), '\n')) + "\n")
        << identifier << "\n"
        << shown;
  }
  EXPECT_EQ(out({"-T", "b", "--count-by=MESSAGE", "-q", "-n", "1"}), "1 1\n");
}

TEST_F(Aggregate, CountsManyEntriesOfSeveralFilesOnSeveralThreads) {
  constexpr int kEntries = 9000;
  for (int i = 0; i < kEntries; ++i) {
    if (i == kEntries / 2) journal_.begin_file("system-later.journal");
    journal_.append_fields(1, {"MESSAGE=" + std::to_string(i), "MODULO=" + std::to_string(i % 7),
                               "NUMBER=" + std::to_string(i)});
  }

  EXPECT_EQ(out({"--count"}), "9000\n");
  EXPECT_EQ(out({"--count", "-g", "7$"}), "900\n");
  EXPECT_EQ(out({"--count-by=MODULO", "-q"}),
            "1286 0\n1286 1\n1286 2\n1286 3\n1286 4\n1285 5\n1285 6\n");
  EXPECT_EQ(
      out({"--stats=NUMBER", "-o", "json"}),
      "{\"field\":\"NUMBER\",\"unit\":null,\"count\":9000,\"min\":0,\"p50\":4499,\"p90\":8099,"
      "\"p99\":8909,\"max\":8999,\"sum\":40495500}\n");
}

// A bit of /proc/PID/status: whether a process handles a signal itself.
bool handles(pid_t pid, int number) {
  const std::string status = read_text_file("/proc/" + std::to_string(pid) + "/status");
  const std::size_t at = status.find("SigCgt:");
  if (at == std::string::npos) return false;
  return (std::stoull(status.substr(at + 7), nullptr, 16) >> (number - 1) & 1U) != 0;
}

// Archives are gone through before their entries are: of those without a hit nobody asks for one.
TEST_F(Aggregate, ASignalEndsASearchOfArchives) {
  for (int archive = 0; archive < 3; ++archive) {
    for (int i = 0; i < 2000; ++i)  // each takes the pattern below as long as one may
      journal_.append(std::string(60, 'a') + std::to_string(i));
    journal_.rotate();
  }
  for (const char* const what : {"--count", "-q"}) {
    ChildProcess logq(
        {.argv = journal_.command({what, "-g", "^(a+)+$"}), .environment = {}, .input = {}});
    ASSERT_TRUE(wait_until([&] { return handles(logq.pid(), SIGINT); }));
    logq.signal(SIGINT);

    const CommandResult result = logq.wait();

    EXPECT_EQ(result.status, 130) << what;
    EXPECT_TRUE(result.err.starts_with("logq: interrupted: ")) << result.err;
  }
}

TEST_F(Aggregate, ASignalEndsTheCountAndShowsWhatThereIs) {
  for (int i = 0; i < 4000; ++i)  // each takes the pattern below as long as one may
    journal_.append(std::string(60, 'a') + std::to_string(i));
  for (const auto& [number, status] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}}) {
    ChildProcess logq({.argv = journal_.command({"--count", "-g", "^(a+)+$|^a{60}1"}),
                       .environment = {},
                       .input = {}});
    ASSERT_TRUE(wait_until([&] { return handles(logq.pid(), number); }));
    logq.signal(number);

    const CommandResult result = logq.wait();

    EXPECT_EQ(result.status, status);
    ASSERT_TRUE(result.out.ends_with("\n")) << result.out;
    const std::string count = result.out.substr(0, result.out.size() - 1);
    EXPECT_LT(std::stoi(count), 1111);
    EXPECT_EQ(result.err, "logq: interrupted: only " + count + " entries were counted\n");
  }
}

TEST_F(Aggregate, WhatIsWrittenMeanwhileIsCountedOrNot) {
  std::atomic<int> appended = 0;
  std::atomic<bool> is_over = false;
  std::thread writer([&] {
    while (!is_over && appended < 200'000) {
      journal_.append_fields(1, {"MESSAGE=" + std::to_string(appended), "KIND=a"});
      ++appended;
    }
  });
  for (int i = 0; i < 10; ++i) {
    for (const char* option : {"--count", "--count-by=KIND"}) {
      const int before = appended;
      const std::string text = out({option, "-o", "csv"});
      const int after = appended + 1;
      const auto rows = read_csv(text);
      const int count = rows.size() > 1 ? std::stoi(rows[1][0]) : 0;
      EXPECT_LE(before, count) << option;
      EXPECT_LE(count, after) << option;
      EXPECT_LE(rows.size(), 2U) << text;
    }
  }
  is_over = true;
  writer.join();
}

// Makes the object with this payload one of an unknown type.
void damage_object(const std::string& path, const std::string& payload) {
  std::string bytes = read_text_file(path);
  const std::size_t at = bytes.find(payload);
  ASSERT_NE(at, std::string::npos);
  std::size_t object = at - at % 8;  // objects are aligned; a DATA has at most 72 bytes in front
  while (bytes[object] != 1 || at - object < 64)
    object -= 8;
  ASSERT_LE(at - object, 72U);
  bytes[object] = 99;
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(object));
  file.put(99);
}

TEST_F(Aggregate, DamageIsToldAsForEntriesThatAreShownAndTheRestIsCounted) {
  for (int i = 0; i < 3000; ++i)
    journal_.append_fields(1,
                           {"MESSAGE=" + std::to_string(i), i % 3 == 0 ? "KIND=torn" : "KIND=b"});
  journal_.begin_file("later.journal");
  damage_object(journal_.directory() + "/system.journal", "KIND=torn");

  const CommandResult shown = run({"-o", "export"});
  const CommandResult counted = run({"--count-by=KIND", "-o", "json"});

  EXPECT_EQ(counts_told(read_json_rows(counted.out), {"KIND"}),
            (PlainCounts{{{std::nullopt}, 1000}, {{"b"}, 2000}}));
  EXPECT_EQ(counted.err, shown.err);
  EXPECT_EQ(std::count(counted.err.begin(), counted.err.end(), '\n'), 1) << counted.err;
  EXPECT_EQ(counted.status, shown.status);
}

}  // namespace
}  // namespace logq::test
