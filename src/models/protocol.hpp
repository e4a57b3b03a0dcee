// SPDX-License-Identifier: Apache-2.0
// Injected current in time: a constant holding current plus steps, ramps, noise and a sampled waveform, which add up.
// Times in ms, currents in pA.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/error.hpp"

namespace modscape::models {

struct CurrentStep {
  double start = 0, stop = 0, amplitude = 0;
  template <class Archive>
  void serialize(Archive& ar, unsigned) {
    ar & start & stop & amplitude;
  }
};
struct CurrentRamp {
  double start = 0, stop = 0, from = 0, to = 0;
  template <class Archive>
  void serialize(Archive& ar, unsigned) {
    ar & start & stop & from & to;
  }
};
/// Gaussian current, constant over each `interval`; with correlation time `tau` > 0 an Ornstein-Uhlenbeck process
/// sampled exactly.
struct CurrentNoise {
  double start = 0, stop = 0, mean = 0, sd = 0, tau = 0, interval = 0.1;
  std::uint64_t seed = 1;
  template <class Archive>
  void serialize(Archive& ar, unsigned) {
    ar & start & stop & mean & sd & tau & interval & seed;
  }
};
/// Linear between samples, zero outside them.
struct SampledCurrent {
  std::string file;
  std::vector<double> times, values;
  template <class Archive>
  void serialize(Archive& ar, unsigned) {
    ar & file & times & values;
  }
};

struct Protocol {
  double duration = 0;
  double holding = 0;  ///< constant current during the whole run
  std::vector<CurrentStep> steps;
  std::vector<CurrentRamp> ramps;
  std::vector<CurrentNoise> noise;
  SampledCurrent sampled;
  template <class Archive>
  void serialize(Archive& ar, unsigned) {
    ar & duration & holding & steps & ramps & noise & sampled;
  }
};

/// Between `start` and `stop` the current is value + slope (t - start); segments tile [0, duration] without gaps.
struct InputSegment {
  double start, stop, value, slope;
};
std::vector<InputSegment> input_segments(const Protocol& protocol);

/// Empty, or one sentence per thing wrong (stop before start, outside the run, unsorted samples …).
std::vector<std::string> protocol_problems(const Protocol& protocol);

/// A single step of `amplitude` from time 0 for `length` ms: the protocol of f-I curves.
Protocol step_protocol(double amplitude, double length);

}  // namespace modscape::models
