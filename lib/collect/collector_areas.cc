// The part of Collector that has to do with what it receives into, and with what a killed
// predecessor left there.
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "base/try.h"
#include "collect/collector.h"
#include "collect/limits.h"
#include "collect/receive_area.h"
#include "collect/syslog_source.h"

namespace logq::collect {

Result<void> Collector::replay_predecessor(Inheritance& inherited) {
  const std::uint64_t tail = storage_->tail_seqnum_at_open();
  const auto settle = [&](const std::string& path, auto found) {
    if (found.set_aside) diagnose_(path + ": from another version or boot, set aside as .old");
    if (found.area.has_value()) found.area->resolve_progress(tail);
    return std::move(found.area);
  };
  // Everything is settled before the first append, since that moves the tail on.
  if (options_.read_kmsg.value_or(false)) make_kernel_source(tail);
  std::array<std::optional<ReceiveArea>, std::tuple_size_v<decltype(inputs_)>> received;
  for (std::size_t i = 0; i < received.size(); ++i) {
    const std::string& path = inputs_[i]->area_path;
    received[i] = settle(path, LOGQ_TRY(named(path, ReceiveArea::open_existing(path, boot_id_))));
  }
  const std::string batches_path = options_.runtime_dir + "/receive-batch";
  auto batches =
      settle(batches_path,
             LOGQ_TRY(named(batches_path, ReceiveArea::open_existing(batches_path, boot_id_))));
  const std::string streams_path = options_.runtime_dir + "/receive-streams";
  auto streams =
      settle(streams_path,
             LOGQ_TRY(named(streams_path, StreamArea::open_existing(streams_path, boot_id_))));
  for (std::size_t i = 0; i < received.size(); ++i) {
    if (!received[i].has_value()) continue;
    inputs_[i]->source->replay(*received[i]);
    note_lost_files(*received[i]);
  }
  if (batches.has_value()) batches_->replay(*batches);
  if (!streams.has_value()) return {};
  std::set<Id128> living;
  for (const RestoredStream& stream : inherited.streams)
    living.insert(stream.state.stream_id);
  streams_->replay(*streams, std::move(living));
  inherited.stream_area = std::move(streams);
  return {};
}

Result<Collector::ReceiveAreas> Collector::make_areas(Inheritance& inherited) {
  const auto make = [&](const std::string& path, const AreaGeometry& geometry) {
    return named(path, ReceiveArea::create(path, boot_id_, geometry));
  };
  ReceiveArea native = LOGQ_TRY(make(native_.area_path, ReceiveArea::kGeometry));
  ReceiveArea syslog = LOGQ_TRY(make(syslog_.area_path, {kSyslogSlots, kDatagramSlotBytes}));
  ReceiveArea batches =
      LOGQ_TRY(make(options_.runtime_dir + "/receive-batch", BatchSource::kGeometry));
  StreamArea streams = LOGQ_TRY(make_stream_area(inherited));
  return ReceiveAreas{std::move(native), std::move(syslog), std::move(batches), std::move(streams)};
}

Result<StreamArea> Collector::make_stream_area(Inheritance& inherited) {
  const std::string path = options_.runtime_dir + "/receive-streams";
  const AreaGeometry wanted = StreamArea::geometry_for(options_.line_max);
  std::optional<StreamArea>& left = inherited.stream_area;
  // Used on as it is: to make, fill and remove as large a file takes seconds on some file systems.
  const bool is_needed = left.has_value() && !inherited.streams.empty();
  if (is_needed && left->geometry() == wanted) return std::move(*left);
  StreamArea* predecessor = left.has_value() ? &*left : nullptr;
  StreamArea area = LOGQ_TRY(named(path, StreamArea::create(path, boot_id_, wanted, predecessor)));
  if (predecessor != nullptr) streams_->replay(*predecessor);  // what found no room
  return area;
}

}  // namespace logq::collect
