// SPDX-License-Identifier: BSL-1.0
#include "path_condition.hpp"

#include <filesystem>
#include <stdexcept>
#include <system_error>

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
    if (is_there() == exists_) holds_.set();
  }

 protected:
  occurrence what_happened() override {
    return exists_ ? occurrence{"exists", "exists", {}} : occurrence{"gone", "is gone", {}};
  }

 private:
  bool is_there() {
    try {
      return watch_.exists();
    } catch (const std::system_error& e) {
      // What may not be watched may still be looked at; that will do if nothing is left to wait
      // for.
      std::error_code error;
      const bool there = std::filesystem::exists(watch_.path(), error);
      const bool is_known = e.code() == std::errc::permission_denied && !error;
      if (is_known && there == exists_) return there;
      throw std::runtime_error(name() + ": " + e.what());
    }
  }

  const bool exists_;  // when it holds
  abide::file_watch watch_;
  abide::manual_reset_event holds_;
};

}  // namespace

std::unique_ptr<condition> make_path(const condition_spec& spec) try {
  return std::make_unique<path_condition>(spec);
} catch (const std::system_error& e) {
  throw std::runtime_error(spec.text + ": " + e.what());
}

}  // namespace abide_wait
