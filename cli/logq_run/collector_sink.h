// logq-cat's lines into a collector's stream.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "logq/transport.h"
#include "logq_run/line_sink.h"
#include "logq_run/options.h"
#include "supervise/pipe_relay.h"

namespace logq::cli {

class CollectorSink final : public LineSink {
 public:
  // `stop_requested` is asked while waiting. A spool that cannot be had is an error.
  static Result<std::unique_ptr<CollectorSink>> open(const Options& options,
                                                     std::function<bool()> stop_requested);

  std::size_t take(std::string_view bytes) override;
  [[nodiscard]] bool has_failed() const override { return relay_->has_failed(); }
  int look_after() override;
  // Asks the collector to store what it has been given and to begin new files.
  void rotate() override;
  void begin_anew() override;
  void finish() override;

 private:
  explicit CollectorSink(const Options& options);
  bool report_drops(std::uint64_t lines);

  std::string identifier_;
  std::string unit_;
  std::unique_ptr<Transport> transport_;  // of reports; made when there is one
  std::unique_ptr<supervise::PipeRelay> relay_;
  int look_ms_ = 1;
};

}  // namespace logq::cli
