// An object that is there before anything runs and stays until the process ends: for what is asked
// for at any time, in static constructors and destructors too. As `constinit` variable it needs no
// guard, unlike a static variable of a function, at whose first call a thread may be when another
// one forks: the child would wait for it for ever.
#pragma once

namespace logq::base {

template <typename T>
union Undestroyed {
  T value;

  constexpr Undestroyed() : value() {}
  constexpr ~Undestroyed() {}
};

}  // namespace logq::base
