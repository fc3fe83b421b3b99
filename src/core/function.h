#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace tandem {

template <class Signature>
class UniqueFunction;

/// A callable that may own what cannot be copied (C++23's move_only_function, which g++ 12 lacks).
/// Calling an empty one is a mistake of the caller.
template <class R, class... Args>
class UniqueFunction<R(Args...)> {
 public:
  UniqueFunction() = default;

  template <class F, class = std::enable_if_t<!std::is_same_v<std::decay_t<F>, UniqueFunction> &&
                                              std::is_invocable_r_v<R, std::decay_t<F>&, Args...>>>
  UniqueFunction(F&& f)  // NOLINT(google-explicit-constructor): as std::function
      : holder_(std::make_unique<Model<std::decay_t<F>>>(std::forward<F>(f))) {}

  R operator()(Args... args) { return holder_->call(std::forward<Args>(args)...); }
  explicit operator bool() const { return holder_ != nullptr; }

 private:
  struct Concept {
    virtual ~Concept() = default;
    virtual R call(Args&&... args) = 0;
  };
  template <class F>
  struct Model final : Concept {
    explicit Model(F f) : f_(std::move(f)) {}
    R call(Args&&... args) override { return f_(std::forward<Args>(args)...); }
    F f_;
  };
  std::unique_ptr<Concept> holder_;
};

}  // namespace tandem
