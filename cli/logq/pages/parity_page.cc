#include "logq/pages/parity_page.h"

#include <string_view>

#include "logq/options/option_table.h"

namespace logq::cli {
namespace {

constexpr std::string_view kIntroduction =
    "# logq beside journalctl\n"
    "\n"
    "Every option of the newest journalctl (systemd 262) and what logq makes of it. This page is\n"
    "printed by `logq-parity-page` from the table of options in `cli/logq/options/*_options.cc`; a "
    "test "
    "fails\n"
    "when they differ. Where versions of journalctl differ logq does as the newest.\n"
    "\n"
    "What is *there* has journalctl's meaning, output and exit status. Messages on standard error\n"
    "begin with `logq: `. What is *not yet* there is refused with exit status 1, never ignored.\n"
    "The output formats of `-o` have a page of their own, "
    "[output-formats.md](output-formats.md).\n";

constexpr std::string_view kRules =
    "\n## Rules between options\n"
    "\n"
    "- At most one of `-D`, `-i`, `-M`, `--root=`; one of `-S`, `-c`, `--after-cursor=`, "
    "`--cursor-file=`.\n"
    "- `-r` excludes `-f`; `-n +N` excludes both; `-b` and `--list-boots` exclude `-m`; `-S` must "
    "not\n"
    "  be later than `-U`; `-N` and `-F` take no filters.\n"
    "- `-f`, `-k` and `-e` mean the current boot unless `-b` or `-m` is given. Of the machine's "
    "own\n"
    "  journal that is the boot that runs, of named files the newest one there.\n"
    "- Boots of several machines may lie within each other: they are counted by their ends, so `-b "
    "0` is\n"
    "  that of the last entry. 252 does not find those that lie within others.\n"
    "- `-m` and `--root=` read what systemd-journal-remote has received in "
    "`/var/log/journal/remote`\n"
    "  too. Files that lie in `/var/log/journal` itself are read with `-D` and `--root=` only;\n"
    "  journalctl reads them always, although nothing puts them there.\n"
    "- `--root=` with the root directory, or with nothing, is as if it were not given. "
    "`--namespace=`\n"
    "  chooses among the journals of this machine, and is passed over where others are named.\n"
    "- `-f` shows the last 10 entries first unless `-n`, `--no-tail` or `-S` says otherwise; `-e` "
    "the\n"
    "  last 1000.\n"
    "- `-g` with `-n N` searches backward and shows the newest hit first, and so does `--where`.\n"
    "- `-o` export, json, json-pretty, json-sse, json-seq and cat imply `-q`.\n"
    "- `-u` together with `--user` means `--user-unit`.\n"
    "- `--rotate` may be combined with `--vacuum-*`: it comes first.\n"
    "- `--vacuum-time=` deletes nothing, says so and ends with 1 while entries of this boot show\n"
    "  that the clock was set forward by a day or more within the last hour.\n"
    "\n"
    "Exit status: 0, or 1 on any error, when `-g` has found nothing, when `--verify` has found\n"
    "damage. A pager that the user leaves early is no error. `-f` that is ended by SIGINT or\n"
    "SIGTERM has done its work: 0, as since 258; before, journalctl died of the signal.\n"
    "\n"
    "## Environment\n"
    "\n"
    "| variable | meaning |\n"
    "|---|---|\n"
    "| `LOGQ_PAGER`, `SYSTEMD_PAGER`, `PAGER` | the pager, the first that is set; empty or `cat`: "
    "none |\n"
    "| `SYSTEMD_LESS`, `SYSTEMD_LESSCHARSET` | options and character set for less (`FRSXMK`) |\n"
    "| `SYSTEMD_PAGERSECURE` | whether less is kept from executing anything; else so under sudo, "
    "pkexec, doas |\n"
    "| `LOGQ_COLORS`, `SYSTEMD_COLORS`, `NO_COLOR` | colours: a boolean, `16`, `256`, `24bit`, "
    "`auto-…` |\n"
    "| `SYSTEMD_URLIFY` | whether links are printed |\n"
    "| `TERM`, `COLUMNS` | `dumb`: neither colours nor a pager; the width for `--no-full` |\n"
    "| `XDG_STATE_HOME`, `XDG_RUNTIME_DIR` | where a user's own logqd keeps its files |\n";

std::string_view status_name(Parity parity) {
  switch (parity) {
    case Parity::kThere:
      return "there";
    case Parity::kPartly:
      return "partly";
    case Parity::kNotYet:
      return "not yet";
    case Parity::kOurs:
      break;
  }
  return "logq's own";
}

std::string option_name(const OptionSpec& spec) {
  std::string name = "`";
  if (spec.short_name != 0) name += "-" + std::string(1, spec.short_name) + "`, `";
  return name + "--" + option_usage(spec) + "`";
}

std::string table_line(const OptionRow& row) {
  std::string line = "| " + option_name(row.option.spec) + " | ";
  line += std::string(status_name(row.parity)) + " | ";
  line += row.since > 0 ? std::to_string(row.since) + " | " : " | ";
  return line + row.remark + " |\n";
}

std::string summary(const std::vector<OptionRow>& rows) {
  std::size_t count[4] = {};
  for (const OptionRow& row : rows)
    ++count[static_cast<std::size_t>(row.parity)];
  const auto number = [&count](Parity parity) {
    return std::to_string(count[static_cast<std::size_t>(parity)]);
  };
  return "\nThere: " + number(Parity::kThere) + ", partly: " + number(Parity::kPartly) +
         ", not yet: " + number(Parity::kNotYet) + ", logq's own: " + number(Parity::kOurs) + ".\n";
}

}  // namespace

std::string parity_page() {
  const std::vector<OptionRow> rows = option_rows();
  std::string page = std::string(kIntroduction) + summary(rows);
  std::string_view group;
  for (const OptionRow& row : rows) {
    const char* const own_group = row.option.spec.group;
    if (own_group != nullptr && group != own_group) {
      group = own_group;
      page += "\n## " + std::string(group) + "\n\n| option | status | since | remark |\n" +
              "|---|---|---|---|\n";
    }
    page += table_line(row);
  }
  return page + std::string(kRules);
}

}  // namespace logq::cli
