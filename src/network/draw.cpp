// SPDX-License-Identifier: Apache-2.0
#include "network/draw.hpp"

namespace modscape::network {

double draw(const models::Distribution& distribution, RandomWords& words) {
  using Kind = models::Distribution::Kind;
  switch (distribution.kind) {
    case Kind::constant:
      break;
    case Kind::uniform:
      return distribution.lower + (distribution.upper - distribution.lower) * words.uniform();
    case Kind::normal:
      for (;;) {
        const double value = distribution.value + distribution.sd * normal_quantile(words.uniform());
        if (!(value < distribution.lower) && !(value > distribution.upper)) return value;
      }
  }
  return distribution.value;
}

}  // namespace modscape::network
