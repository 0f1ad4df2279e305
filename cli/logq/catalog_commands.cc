#include "logq/catalog_commands.h"

#include <stdlib.h>

#include <clocale>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "common/run.h"
#include "query/catalog.h"
#include "query/catalog_files.h"
#include "query/catalog_language.h"
#include "query/catalog_text.h"

namespace logq::cli {
namespace {

using query::Catalog;
using query::CatalogPlaces;
using query::OutputMode;

// The variables are those of journalctl since 256: of a program with the rights of others they are
// not heeded.
CatalogPlaces places_below(const std::string& root) {
  CatalogPlaces places = query::catalog_places(root);
  const auto path_of = [&root](const char* given) {
    return root.empty() ? std::string(given) : root + "/" + given;
  };
  if (const char* const database = ::secure_getenv("SYSTEMD_CATALOG")) {
    places.database = path_of(database);
  }
  if (const char* const sources = ::secure_getenv("SYSTEMD_CATALOG_SOURCES")) {
    places.source_directories = {path_of(sources)};
  }
  return places;
}

Result<Catalog> load_catalog(const CatalogPlaces& places) {
  auto database = query::load_catalog_database(places);
  if (!database) return fail(database.error());
  const char* const locale = std::setlocale(LC_MESSAGES, nullptr);
  return Catalog(std::move(*database), query::catalog_languages(locale == nullptr ? "" : locale));
}

bool may_need_catalog(const DisplayOptions& display) {
  const bool explains = display.format.explain && !query::is_machine_readable(display.mode);
  const bool is_short =
      !query::is_machine_readable(display.mode) && display.mode != OutputMode::kVerbose;
  return explains || (is_short && display.format.hyperlinks);
}

// "PATH:LINE: what".
std::string line_of(const query::CatalogFileNote& note) {
  const std::string place = note.line == 0 ? "" : std::to_string(note.line) + ":";
  return note.path + ":" + place + " " + note.what;
}

std::string describe_entry(Command command, const Id128& id, std::string_view text) {
  if (command == Command::kDumpCatalog) {
    return "-- " + id.to_string() + "\n" + std::string(text) + "\n";
  }
  const auto header = [text](std::string_view name) {
    return std::string(query::find_catalog_header(text, name).value_or("n/a"));
  };
  return id.to_string() + " " + header("Defined-By:") + ": " + header("Subject:") + "\n";
}

// An id whose texts are all in other languages is left out.
Result<void> list_all(Command command, const Catalog& catalog, OutputBuffer& output) {
  Id128 last_id;
  for (std::size_t i = 0; i < catalog.database().size(); ++i) {
    const Id128 id = catalog.database().id_at(i);
    if (i > 0 && id == last_id) continue;
    last_id = id;
    const auto text = catalog.find(id);
    if (!text) continue;
    output.text() += describe_entry(command, id, *text);
    if (const auto flushed = output.flush_if_full(); !flushed) return flushed;
  }
  return {};
}

ExitStatus list_some(const Options& options, const Catalog& catalog, OutputBuffer& output) {
  ExitStatus status = ExitStatus::kOk;
  for (const std::string& word : options.filter.terms) {
    const std::optional<Id128> id = Id128::parse(word);
    const auto text = id ? catalog.find(*id) : std::nullopt;
    if (text) {
      output.text() += describe_entry(options.command, *id, *text);
      continue;
    }
    print_error_line((id ? "the catalog has nothing about " : "not a message id: ") + word);
    status = ExitStatus::kFailure;
  }
  return status;
}

}  // namespace

void open_catalog(Options& options) {
  DisplayOptions& display = options.display;
  if (options.command != Command::kShow || !may_need_catalog(display)) return;
  const CatalogPlaces places = places_below("");
  Result<Catalog> catalog = load_catalog(places);
  if (catalog) {
    display.format.catalog = std::make_shared<const Catalog>(std::move(*catalog));
  } else if (display.format.explain && !display.quiet) {
    print_error_line(describe(places.database, catalog.error()) + ": -x explains nothing");
  }
}

Outcome<ExitStatus> list_catalog(const Options& options, OutputBuffer& output) {
  const CatalogPlaces places = places_below(options.source.root.value_or(""));
  const Result<Catalog> catalog = load_catalog(places);
  if (!catalog) return failure(describe(places.database, catalog.error()));
  if (!options.filter.terms.empty()) return list_some(options, *catalog, output);
  // Who does not read on is found again by the flush at the end.
  std::ignore = list_all(options.command, *catalog, output);
  return ExitStatus::kOk;
}

Outcome<ExitStatus> update_catalog(const Options& options) {
  const CatalogPlaces places = places_below(options.source.root.value_or(""));
  const query::CatalogSources sources = query::read_catalog_sources(places.source_directories);
  for (const query::CatalogFileNote& remark : sources.remarks)
    print_error_line(line_of(remark));
  for (const query::CatalogFileNote& problem : sources.problems)
    print_error_line(line_of(problem));
  if (!sources.problems.empty()) return failure(places.database + " stays as it is");
  if (sources.entries.size() == 0) {
    print_error_line("no catalog files were found: " + places.database + " stays as it is");
    return ExitStatus::kOk;
  }
  const auto written = query::write_catalog_database(places, sources.entries);
  if (!written) return failure(describe(places.database, written.error()));
  return ExitStatus::kOk;
}

}  // namespace logq::cli
