// SPDX-License-Identifier: BSL-1.0
#include "path_condition.hpp"

namespace abide_wait {
namespace {

/// Holds from the first look that finds it so.
class path_condition : public condition {
 public:
  explicit path_condition(const condition_spec& spec)
      : condition(spec.text), exists_(spec.what == condition_spec::kind::file), watch_(spec.value) {
    work();
  }

  abide::waitable_ref ref() override { return holds_; }
  abide::native_handle_type handle() const override { return holds_.native_handle(); }
  std::string state() const override { return exists_ ? "does not exist" : "exists"; }

  void add_work(std::vector<abide::waitable_ref>& items) override {
    if (!holds_.is_set()) items.push_back(watch_);
  }
  void work() override {
    if (watch_.exists() == exists_) holds_.set();
  }

 protected:
  occurrence what_happened() override {
    return exists_ ? occurrence{"exists", "exists", {}} : occurrence{"gone", "is gone", {}};
  }

 private:
  const bool exists_;  // when it holds
  abide::file_watch watch_;
  abide::manual_reset_event holds_;
};

}  // namespace

std::unique_ptr<condition> make_path(const condition_spec& spec) {
  return std::make_unique<path_condition>(spec);
}

}  // namespace abide_wait
