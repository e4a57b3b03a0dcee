// SPDX-License-Identifier: Apache-2.0
// Pseudo-arclength continuation of a curve G(x) = 0, n equations in n + 1 unknowns (Keller 1977): equilibria, curves of
// folds and of Hopf points, hybrid cycles are all such curves. Corrections are PETSc's (solvers/newton.hpp). What a
// point of the curve means, and which signs to watch, is the problem's business.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace modscape::dynamics {

struct CurvePoint {
  std::vector<double> x;        ///< unknowns, in their own units
  std::vector<double> tangent;  ///< of length 1 in scaled unknowns, dx_i/ds = tangent_i * scale_i
  double arclength = 0.0;       ///< from the start, in scaled unknowns; negative on the way against the direction
  int iterations = 0;           ///< Newton's
  std::vector<double> tests;    ///< CurveProblem::tests here
};

/// A curve in R^(n+1). Functions return false where the problem is not defined (a neuron that does not fire again, an
/// overflow): the step is then repeated with half its length.
class CurveProblem {
 public:
  virtual ~CurveProblem() = default;
  virtual std::size_t equations() const = 0;           ///< n
  virtual std::span<const double> scales() const = 0;  ///< n + 1 typical values of the unknowns, > 0
  virtual bool residual(std::span<const double> x, std::span<double> g) const = 0;  ///< g: n
  virtual bool jacobian(std::span<const double> x, std::span<double> j) const = 0;  ///< j: n x (n + 1), row-major
  /// Functions along the curve; where one changes its sign there may be a special point, located to rounding.
  virtual std::size_t test_count() const { return 0; }
  virtual bool tests(const CurvePoint& /*point*/, std::span<double> /*values*/) const { return true; }
  /// Empty, or the name of the reason why the curve ends here (a cycle that has become a homoclinic orbit).
  virtual std::string ends_at(const CurvePoint& /*point*/) const { return {}; }
};

struct CurveOptions {
  double step = 0.01, min_step = 1e-7, max_step = 0.1;  ///< arclength in scaled unknowns
  std::size_t max_points = 2000;
  double tolerance = 1e-10;  ///< of Newton's last correction, scaled
  int max_iterations = 7;    ///< AUTO's ITNW
  double min_cosine = 0.95;  ///< between the tangents of neighbouring points
  std::vector<double> lower{},
      upper{};  ///< bounds of every unknown (n + 1; empty: none); the last point lies on the bound
};

enum class CurveEnd : std::uint8_t {
  bound,      ///< an unknown reached its bound
  points,     ///< max_points
  closed,     ///< the curve came back to its start
  problem,    ///< CurveProblem::ends_at said so
  step_size,  ///< Newton does not converge however short the step (AUTO's MX)
  no_start,   ///< Newton does not converge at the start
  singular    ///< the start is no regular point: no unique tangent
};
std::string to_string(CurveEnd end);

/// A sign change of a test function.
struct CurveCrossing {
  std::size_t test = 0;   ///< which
  std::size_t after = 0;  ///< lies between points[after] and points[after + 1]
  CurvePoint point;
};

/// One half of a curve, from the start on. Complete up to its end, whatever that is.
struct Curve {
  std::vector<CurvePoint> points;        ///< points[0] is the corrected start
  std::vector<CurveCrossing> crossings;  ///< in the order of the arclength
  CurveEnd end = CurveEnd::no_start;
  std::string reason;                  ///< of the end, one sentence
  std::vector<double> last_residuals;  ///< scaled, of the last failed correction
};

/// The curve through `start` (corrected with x_free fixed, `free` = index of the unknown that is held), in the
/// direction in which x_free rises (`direction` = 1) or falls (-1).
Curve follow(const CurveProblem& problem, std::span<const double> start, std::size_t free, int direction,
             const CurveOptions& options);

/// The curve from a point on it with a tangent (a stored point, a branch that begins at a special point).
Curve follow_from(const CurveProblem& problem, const CurvePoint& start, const CurveOptions& options);

}  // namespace modscape::dynamics
