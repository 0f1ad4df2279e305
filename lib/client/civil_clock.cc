#include "client/civil_clock.h"

#include <time.h>

#include <chrono>

#include "base/quantity.h"

namespace logq::client {
namespace {

constexpr std::uint64_t kSecondsPerQuarter = 900;
constexpr unsigned kOffsetBits = 20;
constexpr std::int64_t kOffsetBias = std::int64_t{1} << (kOffsetBits - 1);

void append_digits(std::uint64_t number, int digits, std::string& out) {
  const std::size_t end = out.size() + static_cast<std::size_t>(digits);
  out.resize(end);
  for (std::size_t i = end; i > end - static_cast<std::size_t>(digits); number /= 10)
    out[--i] = static_cast<char>('0' + number % 10);
}

}  // namespace

void append_civil_time(std::uint64_t realtime_usec,
                       std::int64_t utc_offset_seconds,
                       CivilForm form,
                       std::string& out) {
  using std::chrono::days;
  const std::chrono::seconds since_1970(
      static_cast<std::int64_t>(realtime_usec / base::kUsecPerSecond) + utc_offset_seconds);
  const auto day = std::chrono::floor<days>(since_1970);
  const std::chrono::year_month_day date{std::chrono::sys_days(day)};
  const auto second = static_cast<std::uint64_t>((since_1970 - day).count());
  append_digits(static_cast<std::uint64_t>(static_cast<int>(date.year())), 4, out);
  out += '-';
  append_digits(static_cast<unsigned>(date.month()), 2, out);
  out += '-';
  append_digits(static_cast<unsigned>(date.day()), 2, out);
  out += form.between;
  append_digits(second / 3600, 2, out);
  out += ':';
  append_digits(second / 60 % 60, 2, out);
  out += ':';
  append_digits(second % 60, 2, out);
  out += '.';
  const std::uint64_t fraction = realtime_usec % base::kUsecPerSecond;
  append_digits(form.decimals == 3 ? fraction / 1000 : fraction, form.decimals, out);
}

std::int64_t LocalOffset::seconds_at(std::uint64_t realtime_usec) {
  constexpr std::uint64_t kOffsetMask = (std::uint64_t{1} << kOffsetBits) - 1;
  const std::uint64_t quarter = realtime_usec / base::kUsecPerSecond / kSecondsPerQuarter;
  std::uint64_t known = known_.load(std::memory_order_relaxed);
  if (known >> kOffsetBits != quarter) {
    const auto seconds = static_cast<time_t>(realtime_usec / base::kUsecPerSecond);
    tm civil{};
    ::tzset();  // localtime_r need not read $TZ
    ::localtime_r(&seconds, &civil);
    known = quarter << kOffsetBits | static_cast<std::uint64_t>(civil.tm_gmtoff + kOffsetBias);
    known_.store(known, std::memory_order_relaxed);
  }
  return static_cast<std::int64_t>(known & kOffsetMask) - kOffsetBias;
}

}  // namespace logq::client
