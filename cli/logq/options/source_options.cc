// Where the entries come from.
#include <glob.h>

#include "logq/options/option_table.h"
#include "logq/options/option_values.h"

namespace logq::cli {
namespace {

// A pattern that no file matches stays as a name, so that the file is reported as missing.
Outcome<void> apply_file(Options& options, Value value) {
  if (*value == "-") {
    options.source.standard_input = true;
    return {};
  }
  ::glob_t found{};
  if (::glob(std::string(*value).c_str(), GLOB_NOCHECK, nullptr, &found) != 0) {
    return failure(std::string(*value) + ": cannot be expanded");
  }
  for (std::size_t i = 0; i < found.gl_pathc; ++i)
    options.source.files.emplace_back(found.gl_pathv[i]);
  ::globfree(&found);
  return {};
}

Outcome<void> apply_directory(Options& options, Value value) {
  if (value->empty()) return failure("-D/--directory= needs the name of a directory");
  options.source.directory = *value;
  return {};
}

Outcome<void> apply_namespace(Options& options, Value value) {
  const std::string_view name = value->substr(value->starts_with('+') ? 1 : 0);
  // It becomes part of directory names.
  if (name.size() > 200 || name.find('/') != std::string_view::npos) {
    return failure("not a namespace: " + std::string(*value));
  }
  options.source.log_namespace = *value;
  return {};
}

// The root directory itself, or none, is no other one: what is read is the journal of this machine.
Outcome<void> apply_root(Options& options, Value value) {
  const bool is_other = value->find_first_not_of('/') != std::string_view::npos;
  options.source.root = is_other ? std::optional(std::string(*value)) : std::nullopt;
  return {};
}

Outcome<void> apply_machine(Options& options, Value value) {
  if (value->empty()) return failure("-M/--machine= needs the name of a container");
  options.source.machine = *value;
  return {};
}

Outcome<void> refuse_image(Options& /*options*/, Value /*value*/) {
  return failure(
      "--image= and --image-policy= are not supported: taking an image apart is left to "
      "systemd-dissect --mount; then use --root=");
}

constexpr const char* kGroup = kSourceGroup;

constexpr const char* kImageRemark =
    "an image is taken apart with root's rights by libraries for partitions, encryption and "
    "signatures, which a reader should not carry: `systemd-dissect --mount` does it, then "
    "`--root=`";

constexpr OptionRow kRows[] = {
    {{{0, "system", Argument::kNone, "", "Read the system journal only", nullptr, kGroup},
      &apply_flag<&Options::source, &SourceOptions::system>}},
    {{{0, "user", Argument::kNone, "", "Read the current user's journal only", nullptr, kGroup},
      &apply_flag<&Options::source, &SourceOptions::user>}},
    {{{'M', "machine", Argument::kRequired, "CONTAINER", "Read the journal of a local container",
       nullptr, kGroup},
      &apply_machine},
     Parity::kThere,
     0,
     "of containers that systemd-machined knows, by their root directory; needs root"},
    {{{'m', "merge", Argument::kNone, "", "Read the journals of all machines", nullptr, kGroup},
      &apply_flag<&Options::source, &SourceOptions::merge>}},
    {{{'D', "directory", Argument::kRequired, "PATH", "Read the journal files of a directory",
       nullptr, kGroup, Mention::kInAll, Names::kDirectory},
      &apply_directory}},
    {{{'i', "file", Argument::kRequired, "GLOB", "Read these journal files", nullptr, kGroup,
       Mention::kInAll, Names::kFile},
      &apply_file},
     Parity::kThere,
     0,
     "`-i` since 256; `-` is standard input, which may be a pipe of at most 1 GiB: journalctl "
     "takes "
     "regular files only"},
    {{{0, "root", Argument::kRequired, "PATH", "Read the journals below another root directory",
       nullptr, kGroup, Mention::kInAll, Names::kDirectory},
      &apply_root}},
    {{{0, "image", Argument::kRequired, "PATH", "Not supported", nullptr, kGroup}, &refuse_image},
     Parity::kNotYet,
     247,
     kImageRemark},
    {{{0, "image-policy", Argument::kRequired, "POLICY", "Not supported", nullptr, nullptr},
      &refuse_image},
     Parity::kNotYet,
     254,
     kImageRemark},
    {{{0, "namespace", Argument::kRequired, "NAME", "Read a journal namespace (*: all, +NAME: too)",
       nullptr, kGroup, Mention::kInAll, Names::kNamespace},
      &apply_namespace},
     Parity::kThere,
     245},
    {{{0, "runtime-dir", Argument::kRequired, "PATH", "The collector that commands to one address",
       nullptr, kGroup, Mention::kInAll, Names::kDirectory},
      &apply_text<&Options::runtime_dir>},
     Parity::kOurs},
};

}  // namespace

std::span<const OptionRow> source_option_rows() {
  return kRows;
}

}  // namespace logq::cli
