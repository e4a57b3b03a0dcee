// SPDX-License-Identifier: Apache-2.0
// What a model offers to a solver, and the erased view a solver sees. A model is autonomous apart from one scalar input
// (for neurons the injected current, pA). A hybrid model adds an event, a reset, and a refractory period during which
// it advances itself exactly.
#pragma once
#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>

namespace modscape {

/// rhs: y -> dy/dt (per ms). jacobian: row-major d(dy/dt)/dy, size n*n. Both must return non-finite values rather than
/// throw.
template <class M>
concept OdeModel = requires(const M& model, double input, std::span<const double> y, std::span<double> out) {
  { M::state_names() } -> std::convertible_to<std::span<const std::string_view>>;
  model.rhs(input, y, out);
  model.jacobian(input, y, out);
};

/// event: crosses zero upwards at a spike. reset: the state after it. refractory: ms of hold. hold: the state dt ms
/// into the hold.
template <class M>
concept HybridOdeModel =
    OdeModel<M> && requires(const M& model, std::span<const double> y, std::span<double> state, double dt) {
      { model.event(y) } -> std::convertible_to<double>;
      model.reset(state);
      { model.refractory() } -> std::convertible_to<double>;
      model.hold(state, dt);
    };

/// Non-owning, type-erased view of a model; the model must outlive it.
class OdeProblem {
 public:
  template <OdeModel M>
  // NOLINTNEXTLINE(google-explicit-constructor): a view, meant to be passed a model
  OdeProblem(const M& model)
      : model_(&model),
        size_(M::state_names().size()),
        rhs_([](const void* m, double input, const double* y, double* dy) noexcept {
          const std::size_t n = M::state_names().size();
          static_cast<const M*>(m)->rhs(input, std::span<const double>(y, n), std::span<double>(dy, n));
        }),
        jacobian_([](const void* m, double input, const double* y, double* j) noexcept {
          const std::size_t n = M::state_names().size();
          static_cast<const M*>(m)->jacobian(input, std::span<const double>(y, n), std::span<double>(j, n * n));
        }) {
    if constexpr (HybridOdeModel<M>) {
      event_ = [](const void* m, const double* y) noexcept {
        return static_cast<double>(
            static_cast<const M*>(m)->event(std::span<const double>(y, M::state_names().size())));
      };
      reset_ = [](const void* m, double* y) noexcept {
        static_cast<const M*>(m)->reset(std::span<double>(y, M::state_names().size()));
      };
      hold_ = [](const void* m, double* y, double dt) noexcept {
        static_cast<const M*>(m)->hold(std::span<double>(y, M::state_names().size()), dt);
      };
      refractory_ = model.refractory();
    }
  }

  std::size_t size() const noexcept { return size_; }
  bool has_event() const noexcept { return event_ != nullptr; }
  double refractory() const noexcept { return refractory_; }
  void rhs(double input, const double* y, double* dydt) const noexcept { rhs_(model_, input, y, dydt); }
  void jacobian(double input, const double* y, double* j) const noexcept { jacobian_(model_, input, y, j); }
  double event(const double* y) const noexcept { return event_(model_, y); }
  void reset(double* y) const noexcept { reset_(model_, y); }
  void hold(double* y, double dt) const noexcept { hold_(model_, y, dt); }

 private:
  const void* model_;
  std::size_t size_;
  void (*rhs_)(const void*, double, const double*, double*) noexcept;
  void (*jacobian_)(const void*, double, const double*, double*) noexcept;
  double (*event_)(const void*, const double*) noexcept = nullptr;
  void (*reset_)(const void*, double*) noexcept = nullptr;
  void (*hold_)(const void*, double*, double) noexcept = nullptr;
  double refractory_ = 0.0;
};

}  // namespace modscape
