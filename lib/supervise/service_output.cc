#include "supervise/service_output.h"

#include <fcntl.h>
#include <string.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/io.h"

namespace logq::supervise {
namespace {

// Standard output that is a descriptor; -1: it is none.
int named_output(const ServiceUnit& unit, const NamedDescriptors& named) {
  return unit.standard_output.to == Output::To::kInherit ? named.input : named.output;
}

int named_error(const ServiceUnit& unit, const NamedDescriptors& named) {
  const bool is_same = unit.standard_output.to == unit.standard_error.to &&
                       unit.standard_output.name == unit.standard_error.name;
  return is_same && named.error >= 0 ? named.output : named.error;
}

// Where what inherits goes: input that is a connection is output too.
Output standard_output_of(const ServiceUnit& unit) {
  using To = Output::To;
  const bool is_of_input =
      unit.standard_output.to == To::kInherit && unit.standard_input.from == Input::From::kSocket;
  return is_of_input ? Output{To::kSocket, {}} : unit.standard_output;
}

// Where output goes to no collector. False where it does, or stays ours.
bool open_file(const Output& output,
               const OutputOptions& options,
               int socket,
               OutputStream& stream,
               ServiceOutput& opened) {
  using To = Output::To;
  int flags = O_WRONLY | O_CREAT;
  switch (output.to) {
    case To::kJournal:
    case To::kInherit:
    case To::kDescriptor:
      return false;
    case To::kSocket:
      stream = {socket, {}};
      return true;
    case To::kNull:
      flags = O_WRONLY;
      break;
    case To::kFile:
      break;
    case To::kAppend:
      flags |= O_APPEND;
      break;
    case To::kTruncate:
      flags |= O_TRUNC;
      break;
  }
  const std::string path = output.to == To::kNull ? "/dev/null" : output.name;
  auto file = base::open_file(path, flags, 0644);
  if (!file) {
    options.warn(path + ": " + file.error().message() + "; output goes to the journal");
    return false;
  }
  stream = {file->get(), {}};
  opened.files.push_back(*std::move(file));
  return true;
}

}  // namespace

std::optional<NamedDescriptors> find_named_descriptors(const ServiceUnit& unit,
                                                       const std::vector<int>& descriptors,
                                                       const std::vector<std::string>& names) {
  NamedDescriptors found;
  struct Wanted {
    bool is_wanted;
    const std::string& name;
    int& place;
  };
  const std::array wanted{Wanted{unit.standard_input.from == Input::From::kDescriptor,
                                 unit.standard_input.name, found.input},
                          Wanted{unit.standard_output.to == Output::To::kDescriptor,
                                 unit.standard_output.name, found.output},
                          Wanted{unit.standard_error.to == Output::To::kDescriptor,
                                 unit.standard_error.name, found.error}};
  for (std::size_t i = 0; i < descriptors.size(); ++i) {
    const auto taker = std::ranges::find_if(wanted, [&](const Wanted& one) {
      return one.is_wanted && one.place < 0 && one.name == names[i];
    });
    if (taker != wanted.end()) taker->place = descriptors[i];
  }
  const bool is_complete = std::ranges::none_of(
      wanted, [](const Wanted& one) { return one.is_wanted && one.place < 0; });
  return is_complete ? std::optional(found) : std::nullopt;
}

bool has_standard_socket(const ServiceUnit& unit) {
  return unit.standard_input.from == Input::From::kSocket ||
         unit.standard_output.to == Output::To::kSocket ||
         unit.standard_error.to == Output::To::kSocket;
}

ServiceOutput open_service_output(const ServiceUnit& unit,
                                  const NamedDescriptors& named,
                                  const OutputOptions& options,
                                  const std::string& program,
                                  int socket) {
  ServiceOutput opened;
  opened.standard_output.fd = named_output(unit, named);
  opened.standard_error.fd = named_error(unit, named);
  const bool has_file =
      opened.standard_output.fd >= 0 ||
      open_file(standard_output_of(unit), options, socket, opened.standard_output, opened);
  const bool has_error_file =
      opened.standard_error.fd >= 0 ||
      open_file(unit.standard_error, options, socket, opened.standard_error, opened);
  const bool inherits = unit.standard_error.to == Output::To::kInherit;
  if (has_file && inherits) opened.standard_error = opened.standard_output;
  if (options.is_passed_through) return opened;
  const bool wants_error = opened.standard_error.fd < 0 && (has_file || options.has_error_stream);
  StreamConnection output;
  StreamConnection error;
  if (!has_file) output = options.connect();
  if (wants_error && (has_file || output.fd.is_open())) error = options.connect();
  if ((!has_file && !output.fd.is_open()) || (wants_error && !error.fd.is_open())) {
    const StreamConnection& failed = has_file || output.fd.is_open() ? error : output;
    options.warn("no collector at " + failed.path + ": " + ::strerror(failed.sys_errno) +
                 "; output is passed through");
    return opened;
  }
  if (!has_file) opened.standard_output = {output.fd.get(), options.header(program, false)};
  if (wants_error) {
    opened.standard_error = {error.fd.get(), options.header(program, options.has_error_stream)};
  } else if (!has_error_file && !has_file) {
    opened.standard_error = opened.standard_output;
  }
  for (StreamConnection* const stream : {&output, &error}) {
    if (!stream->fd.is_open()) continue;
    opened.streams.push_back(std::move(stream->fd));
    opened.collector = stream->path;
  }
  return opened;
}

}  // namespace logq::supervise
