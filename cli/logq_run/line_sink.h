// Where logq-cat's lines go: a collector's stream, or a store of its own.
#pragma once

#include <cstddef>
#include <string_view>

namespace logq::cli {

class LineSink {
 public:
  LineSink() = default;
  LineSink(const LineSink&) = delete;
  LineSink& operator=(const LineSink&) = delete;
  virtual ~LineSink() = default;

  // Takes bytes from the front and returns how many, waiting where it has to. Fewer than there are
  // only when told to stop meanwhile, or when has_failed().
  virtual std::size_t take(std::string_view bytes) = 0;
  [[nodiscard]] virtual bool has_failed() const = 0;

  // Does what is due without new lines, and says after how many milliseconds to call again; -1:
  // not before take().
  virtual int look_after() = 0;

  // SIGALRM and SIGHUP.
  virtual void rotate() = 0;
  virtual void begin_anew() = 0;

  // No more lines will come; a partial last one is stored.
  virtual void finish() = 0;
};

}  // namespace logq::cli
