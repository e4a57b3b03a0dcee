// SPDX-License-Identifier: Apache-2.0
#include "models/protocol.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/rng.hpp"

namespace modscape::models {
namespace {

struct Piece {  // value + slope (t - start) on [start, stop), zero elsewhere
  double start, stop, value, slope;
};

std::vector<Piece> noise_pieces(const CurrentNoise& noise, std::size_t index) {
  const CounterRng rng(noise.seed, Purpose::noise_current, index);
  const double decay = noise.tau > 0 ? std::exp(-noise.interval / noise.tau) : 0.0;
  const auto count = static_cast<std::uint64_t>(std::ceil((noise.stop - noise.start) / noise.interval - 1e-9));
  std::vector<Piece> pieces;
  double x = 0.0;
  for (std::uint64_t k = 0; k < count; ++k) {
    const double fresh = rng.normal(k);
    x = k == 0 ? fresh : decay * x + std::sqrt(1.0 - decay * decay) * fresh;
    const double start = noise.start + static_cast<double>(k) * noise.interval;
    const double next = noise.start + static_cast<double>(k + 1) * noise.interval;  // bitwise the next piece's start
    pieces.push_back({start, std::min(next, noise.stop), noise.mean + noise.sd * x, 0.0});
  }
  return pieces;
}

std::vector<Piece> all_pieces(const Protocol& protocol) {
  std::vector<Piece> pieces{{0.0, protocol.duration, protocol.holding, 0.0}};
  for (const CurrentStep& s : protocol.steps) pieces.push_back({s.start, s.stop, s.amplitude, 0.0});
  for (const CurrentRamp& r : protocol.ramps)
    pieces.push_back({r.start, r.stop, r.from, (r.to - r.from) / (r.stop - r.start)});
  for (std::size_t i = 0; i < protocol.noise.size(); ++i)
    for (const Piece& piece : noise_pieces(protocol.noise[i], i)) pieces.push_back(piece);
  const SampledCurrent& sampled = protocol.sampled;
  for (std::size_t i = 0; i + 1 < sampled.times.size(); ++i) {
    const double length = sampled.times[i + 1] - sampled.times[i];
    pieces.push_back({sampled.times[i], sampled.times[i + 1], sampled.values[i],
                      (sampled.values[i + 1] - sampled.values[i]) / length});
  }
  return pieces;
}

}  // namespace

std::vector<InputSegment> input_segments(const Protocol& protocol) {
  const std::vector<Piece> pieces = all_pieces(protocol);
  std::vector<double> edges{0.0, protocol.duration};
  for (const Piece& piece : pieces)
    for (const double edge : {piece.start, piece.stop})
      if (edge > 0.0 && edge < protocol.duration) edges.push_back(edge);
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());

  std::vector<InputSegment> segments;
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) segments.push_back({edges[i], edges[i + 1], 0.0, 0.0});
  // Each piece covers a contiguous run of segments, found by bisection, so long noise costs O(n log n).
  for (const Piece& piece : pieces) {
    const auto first = std::lower_bound(edges.begin(), edges.end(), std::max(piece.start, 0.0)) - edges.begin();
    for (auto i = static_cast<std::size_t>(first); i < segments.size() && segments[i].start < piece.stop; ++i) {
      segments[i].value += piece.value + piece.slope * (segments[i].start - piece.start);
      segments[i].slope += piece.slope;
    }
  }
  return segments;
}

std::vector<std::string> protocol_problems(const Protocol& protocol) {
  std::vector<std::string> problems;
  const auto check_span = [&](const char* what, double start, double stop) {
    if (!(start >= 0.0 && stop > start))
      problems.push_back(
          fmt::format("{}: stop = {} ms must be after start = {} ms, and start at least 0 ms", what, stop, start));
    if (stop > protocol.duration)
      problems.push_back(
          fmt::format("{}: stop = {} ms is after the end of the run ({} ms)", what, stop, protocol.duration));
  };
  if (!(protocol.duration > 0.0))
    problems.push_back(fmt::format("duration = {} ms must be greater than 0 ms", protocol.duration));
  for (const CurrentStep& s : protocol.steps) check_span("step", s.start, s.stop);
  for (const CurrentRamp& r : protocol.ramps) check_span("ramp", r.start, r.stop);
  for (const CurrentNoise& n : protocol.noise) {
    check_span("noise", n.start, n.stop);
    if (!(n.interval > 0.0)) problems.push_back("noise: interval must be greater than 0 ms");
    if (n.sd < 0.0 || n.tau < 0.0) problems.push_back("noise: sd and tau must not be negative");
  }
  for (std::size_t i = 0; i + 1 < protocol.sampled.times.size(); ++i)
    if (!(protocol.sampled.times[i + 1] > protocol.sampled.times[i])) {
      problems.push_back(fmt::format("{}: sample {}: times must increase", protocol.sampled.file, i + 2));
      break;
    }
  return problems;
}

Protocol step_protocol(double amplitude, double length) {
  Protocol protocol;
  protocol.duration = length;
  protocol.steps.push_back({0.0, length, amplitude});
  return protocol;
}

}  // namespace modscape::models
