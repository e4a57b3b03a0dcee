// SPDX-License-Identifier: Apache-2.0
#include "solvers/cvode.hpp"

#include <cvode/cvode.h>
#include <fmt/format.h>
#include <nvector/nvector_serial.h>
#include <sundials/sundials_context.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace modscape::solvers {
namespace {

struct FreeContext {
  void operator()(_SUNContext* context) const noexcept { SUNContext_Free(&context); }
};
struct FreeVector {
  void operator()(_generic_N_Vector* vector) const noexcept { N_VDestroy(vector); }
};
struct FreeMatrix {
  void operator()(_generic_SUNMatrix* matrix) const noexcept { SUNMatDestroy(matrix); }
};
struct FreeSolver {
  void operator()(_generic_SUNLinearSolver* solver) const noexcept { SUNLinSolFree(solver); }
};
struct FreeCvode {
  void operator()(void* memory) const noexcept { CVodeFree(&memory); }
};

void check(int code, const char* call) {
  if (code < 0)
    throw InternalError(fmt::format("{} failed with code {} ({})", call, code, CVodeGetReturnFlagName(code)));
}
void check_pointer(const void* pointer, const char* call) {
  if (pointer == nullptr) throw InternalError(fmt::format("{} returned null", call));
}

// What the C callbacks need; input(t) = value + slope t with t relative to the current origin.
struct CallbackData {
  const OdeProblem* problem = nullptr;
  double value = 0.0, slope = 0.0;
  std::int64_t rhs = 0;
};

int rhs_callback(realtype t, N_Vector y, N_Vector ydot, void* user) noexcept {
  auto& data = *static_cast<CallbackData*>(user);
  ++data.rhs;
  double* out = N_VGetArrayPointer(ydot);
  data.problem->rhs(data.value + data.slope * t, N_VGetArrayPointer(y), out);
  for (std::size_t i = 0; i < data.problem->size(); ++i)
    if (!std::isfinite(out[i])) return 1;  // recoverable: the trial step went too far up the exponential
  return 0;
}

int jacobian_callback(realtype t, N_Vector y, N_Vector, SUNMatrix matrix, void* user, N_Vector, N_Vector,
                      N_Vector) noexcept {
  auto& data = *static_cast<CallbackData*>(user);
  const std::size_t n = data.problem->size();
  double row_major[64];
  data.problem->jacobian(data.value + data.slope * t, N_VGetArrayPointer(y), row_major);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = 0; k < n; ++k) {
      if (!std::isfinite(row_major[i * n + k])) return 1;
      SM_ELEMENT_D(matrix, static_cast<sunindextype>(i), static_cast<sunindextype>(k)) = row_major[i * n + k];
    }
  return 0;
}

int root_callback(realtype, N_Vector y, realtype* value, void* user) noexcept {
  const auto& data = *static_cast<CallbackData*>(user);
  value[0] = data.problem->event(N_VGetArrayPointer(y));
  return 0;
}

// CVODE goes on when t + h = t. On the last millivolts of a spike that is right (V' reaches 1e14 mV/ms), but not for as
// many right-hand sides as this, ten times what a whole spike costs, with a gain in time near round-off.
constexpr std::int64_t max_rhs_without_time = 20'000;
constexpr double least_gain = 1e-11;       // of 1 ms + t
constexpr std::size_t max_state_size = 8;  // of the stack buffer in jacobian_callback

}  // namespace

struct CvodeIntegrator::Impl {
  // Declared in the order of dependence: destroyed in reverse.
  std::unique_ptr<_SUNContext, FreeContext> context;
  std::unique_ptr<_generic_N_Vector, FreeVector> state, tolerance, scratch;
  std::unique_ptr<_generic_SUNMatrix, FreeMatrix> matrix;
  std::unique_ptr<_generic_SUNLinearSolver, FreeSolver> solver;
  std::unique_ptr<void, FreeCvode> memory;
  CallbackData data;
  std::size_t size = 0;

  // One run.
  const CvodeOptions* options = nullptr;
  const Observer* observer = nullptr;
  double origin = 0.0;       // absolute time of relative time zero
  double next_sample = 0.0;  // absolute
  std::int64_t sample_index = 0;

  explicit Impl(std::size_t n) : size(n) {
    if (n > max_state_size) throw InternalError("CvodeIntegrator: state too large for the dense solver");
    SUNContext raw = nullptr;
    check(SUNContext_Create(nullptr, &raw), "SUNContext_Create");
    context.reset(raw);
    const auto length = static_cast<sunindextype>(n);
    state.reset(N_VNew_Serial(length, raw));
    tolerance.reset(N_VNew_Serial(length, raw));
    scratch.reset(N_VNew_Serial(length, raw));
    matrix.reset(SUNDenseMatrix(length, length, raw));
    check_pointer(state.get(), "N_VNew_Serial");
    check_pointer(matrix.get(), "SUNDenseMatrix");
    solver.reset(SUNLinSol_Dense(state.get(), matrix.get(), raw));
    check_pointer(solver.get(), "SUNLinSol_Dense");
    memory.reset(CVodeCreate(CV_BDF, raw));
    check_pointer(memory.get(), "CVodeCreate");
    N_VConst(0.0, state.get());
    check(CVodeInit(memory.get(), rhs_callback, 0.0, state.get()), "CVodeInit");
    check(CVodeSetUserData(memory.get(), &data), "CVodeSetUserData");
    N_VConst(1e-8, tolerance.get());
    check(CVodeSVtolerances(memory.get(), 1e-8, tolerance.get()), "CVodeSVtolerances");
    check(CVodeSetLinearSolver(memory.get(), solver.get(), matrix.get()), "CVodeSetLinearSolver");
    check(CVodeSetJacFn(memory.get(), jacobian_callback), "CVodeSetJacFn");
    check(CVodeSetErrFile(memory.get(), nullptr), "CVodeSetErrFile");
    check(CVodeSetMaxErrTestFails(memory.get(), 50), "CVodeSetMaxErrTestFails");
    check(CVodeSetMaxConvFails(memory.get(), 50), "CVodeSetMaxConvFails");
  }

  double* y() const { return N_VGetArrayPointer(state.get()); }

  void prepare(const OdeProblem& problem, const CvodeOptions& chosen) {
    options = &chosen;
    data.problem = &problem;
    data.rhs = 0;
    for (std::size_t i = 0; i < size; ++i)
      N_VGetArrayPointer(tolerance.get())[i] = chosen.atol.empty() ? chosen.rtol : chosen.atol[i];
    check(CVodeSVtolerances(memory.get(), chosen.rtol, tolerance.get()), "CVodeSVtolerances");
    check(CVodeRootInit(memory.get(), problem.has_event() ? 1 : 0, problem.has_event() ? root_callback : nullptr),
          "CVodeRootInit");
    if (problem.has_event()) {
      int upwards = 1;
      check(CVodeSetRootDirection(memory.get(), &upwards), "CVodeSetRootDirection");
    }
    sample_index = 0;
    next_sample = 0.0;
  }

  bool sampling() const { return options->sample_interval > 0.0 && *observer; }

  void advance_sample() { next_sample = options->sample_interval * static_cast<double>(++sample_index); }

  // Samples up to absolute time `until`, from CVODE's interpolant.
  void sample_interpolated(double until) {
    while (sampling() && next_sample <= until) {
      check(CVodeGetDky(memory.get(), next_sample - origin, 0, scratch.get()), "CVodeGetDky");
      (*observer)(next_sample, {N_VGetArrayPointer(scratch.get()), size});
      advance_sample();
    }
  }

  // The refractory period: the model holds itself; samples come from the same closed form.
  void hold_until(double from, double until) {
    double t = from;
    while (sampling() && next_sample <= until) {
      data.problem->hold(y(), next_sample - t);
      t = next_sample;
      (*observer)(next_sample, {y(), size});
      advance_sample();
    }
    data.problem->hold(y(), until - t);
  }

  enum class Reached { end, event };
  // Integrates smoothly from relative time `from` to `to`; on an event `from` is its relative time.
  RunStatus smooth(double& from, double to, Reached& reached) {
    reached = Reached::end;
    check(CVodeReInit(memory.get(), from, state.get()), "CVodeReInit");
    check(CVodeSetStopTime(memory.get(), to), "CVodeSetStopTime");
    double t = from;
    double gained = from;
    std::int64_t rhs_then = data.rhs;
    while (true) {
      const int code = CVode(memory.get(), to, state.get(), &t, CV_ONE_STEP);
      if (code == CV_TOO_CLOSE) break;  // the rest of the segment is shorter than round-off
      if (code == CV_CONV_FAILURE || code == CV_ERR_FAILURE) return RunStatus::step_collapse;
      if (code == CV_REPTD_RHSFUNC_ERR || code == CV_FIRST_RHSFUNC_ERR || code == CV_UNREC_RHSFUNC_ERR)
        return RunStatus::non_finite;
      if (code == CV_LSETUP_FAIL || code == CV_RTFUNC_FAIL) return RunStatus::non_finite;
      check(code, "CVode");
      sample_interpolated(origin + t);
      if (code == CV_ROOT_RETURN) {
        from = t;
        reached = Reached::event;
        return RunStatus::done;
      }
      if (data.rhs > options->limits.max_rhs) return RunStatus::cost_limit;
      if (t - gained > least_gain * (1.0 + t)) {
        gained = t;
        rhs_then = data.rhs;
      } else if (data.rhs - rhs_then > max_rhs_without_time) {
        return RunStatus::step_collapse;
      }
      if (code == CV_TSTOP_RETURN) break;
    }
    from = to;
    return RunStatus::done;
  }
};

CvodeIntegrator::CvodeIntegrator(std::size_t state_size) : impl_(std::make_unique<Impl>(state_size)) {}
CvodeIntegrator::~CvodeIntegrator() = default;
CvodeIntegrator::CvodeIntegrator(CvodeIntegrator&&) noexcept = default;
CvodeIntegrator& CvodeIntegrator::operator=(CvodeIntegrator&&) noexcept = default;

SpikeRun CvodeIntegrator::run(const OdeProblem& problem, std::span<const models::InputSegment> segments,
                              std::span<const double> initial, const CvodeOptions& options, const Observer& observer) {
  Impl& cv = *impl_;
  if (initial.size() != cv.size || problem.size() != cv.size)
    throw InternalError("CvodeIntegrator: state size differs from the problem's");
  cv.observer = &observer;
  cv.prepare(problem, options);
  std::copy(initial.begin(), initial.end(), cv.y());
  SpikeRun run;
  const double end = segments.empty() ? 0.0 : segments.back().stop;
  const double storm = std::max(100.0, options.limits.max_spikes_per_ms * end);
  double held_until = -1.0;  // absolute end of the current refractory period
  cv.origin = 0.0;
  double now = 0.0;  // relative to origin
  bool enough = false;

  for (const models::InputSegment& segment : segments) {
    while (!enough && run.status == RunStatus::done && segment.stop - cv.origin > now) {
      if (held_until > cv.origin + now) {
        const double until = std::min(held_until, segment.stop);
        cv.hold_until(cv.origin + now, until);
        now = until - cv.origin;
        continue;
      }
      cv.data.slope = segment.slope;
      cv.data.value = segment.value + segment.slope * (cv.origin - segment.start);
      Impl::Reached reached{};
      run.status = cv.smooth(now, segment.stop - cv.origin, reached);
      if (reached != Impl::Reached::event || run.status != RunStatus::done) continue;
      const double spike = cv.origin + now;
      problem.reset(cv.y());
      run.times.push_back(spike);
      run.w_after.push_back(cv.y()[cv.size - 1]);
      cv.origin = spike;
      now = 0.0;
      held_until = problem.refractory() > 0.0 ? spike + problem.refractory() : -1.0;
      if (static_cast<double>(run.times.size()) > storm) run.status = RunStatus::spike_storm;
      enough = options.max_spikes != 0 && run.times.size() >= options.max_spikes;
    }
    if (enough || run.status != RunStatus::done) break;
  }
  std::copy_n(cv.y(), std::min<std::size_t>(2, cv.size), run.final_state.begin());
  run.rhs_evaluations = cv.data.rhs;
  return run;
}

}  // namespace modscape::solvers
