// SPDX-License-Identifier: BSL-1.0
#include "tcp_condition.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "descriptor.hpp"
#include "host_lookup.hpp"

namespace abide_wait {
namespace {

using namespace std::chrono_literals;

constexpr auto first_pause = 20ms;
constexpr std::chrono::milliseconds longest_pause = 1s;
constexpr auto patience = 5s;  // with an address that does not answer at all

/// A connection that is being made.
class attempt {
 public:
  /// Throws: std::system_error if there is no socket to be had.
  explicit attempt(const socket_address& to)
      : socket_(::socket(to.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    if (socket_.get() < 0) {
      error_ = errno;
      const bool is_unsupported = error_ == EAFNOSUPPORT;  // this system does not speak IPv6
      if (!is_unsupported) throw std::system_error(error_, std::generic_category(), "socket");
    } else if (::connect(socket_.get(), to.get(), to.size) != 0) {
      error_ = errno;
      if (error_ == EINPROGRESS) handle_.emplace(socket_.get(), abide::io::writable);
    }
  }

  /// What to wait for; null if it is decided.
  abide::os_handle* pending() { return handle_ ? &*handle_ : nullptr; }

  /// 0 once it is made, EINPROGRESS before, else why not.
  int error() {
    if (!handle_ || !abide::wait_for(0s, *handle_)) return error_;
    handle_.reset();
    socklen_t size = sizeof error_;
    if (::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error_, &size) != 0) error_ = errno;
    return error_;
  }

  /// Whether it was made to itself: a port that nobody listens on may be picked as the near end
  /// too.
  bool is_its_own_peer() const {
    sockaddr_storage near{};
    sockaddr_storage far{};
    socklen_t near_size = sizeof near;
    socklen_t far_size = sizeof far;
    return ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&near), &near_size) == 0 &&
           ::getpeername(socket_.get(), reinterpret_cast<sockaddr*>(&far), &far_size) == 0 &&
           near_size == far_size && std::memcmp(&near, &far, near_size) == 0;
  }

 private:
  descriptor socket_;
  std::optional<abide::os_handle> handle_;
  int error_ = 0;
};

//     stage       waits for              then
//     resolving   the lookup             tries the first address, or fails for good
//     trying      the socket, patience   holds, or tries the next address, or pauses after the last
//     pausing     the pause              tries the first address
class tcp_port : public condition {
 public:
  explicit tcp_port(const condition_spec& spec)
      : condition(spec.text), lookup_(host_lookup::start(spec.value, spec.number)) {}

  abide::waitable_ref ref() override { return accepts_; }
  abide::native_handle_type handle() const override { return accepts_.native_handle(); }
  std::string state() const override { return state_; }

  void add_work(std::vector<abide::waitable_ref>& items) override {
    if (accepts_.is_set()) return;
    if (addresses_.empty()) {
      items.push_back(lookup_->done());
    } else {
      items.push_back(timer_);
      if (attempt_) items.push_back(*attempt_->pending());
    }
  }

  void work() override {
    if (addresses_.empty()) {
      resolved();
    } else if (!attempt_) {
      if (until_.has_passed()) try_from(0);
    } else {
      const int error = attempt_->error();
      if (error != EINPROGRESS) {
        decided(error);
      } else if (until_.has_passed()) {
        decided(ETIMEDOUT);
      }
    }
  }

 protected:
  occurrence what_happened() override { return {"accepts", "accepts", {}}; }

 private:
  void resolved() {
    try {
      addresses_ = lookup_->addresses();
    } catch (const std::runtime_error& e) {
      throw std::runtime_error(name() + ": " + e.what());
    }
    state_ = "is tried";
    try_from(0);
  }

  /// Tries the addresses from that one on, until one is pending or accepts, or all have failed.
  void try_from(std::size_t index) {
    for (index_ = index; index_ != addresses_.size(); ++index_) {
      attempt_.emplace(addresses_[index_]);
      const int error = attempt_->error();
      if (error == EINPROGRESS) {
        pause_until(abide::deadline::after(patience));
        return;
      }
      if (succeeded(error)) return;
    }
    attempt_.reset();
    pause_until(abide::deadline::after(pause_));
    pause_ = std::min<std::chrono::milliseconds>(2 * pause_, longest_pause);
  }

  void decided(int error) {
    if (!succeeded(error)) try_from(index_ + 1);
  }

  /// Wakes the next step then, at the latest.
  void pause_until(abide::deadline t) {
    until_ = t;
    timer_.set(t);
  }

  bool succeeded(int error) {
    if (error == 0 && attempt_->is_its_own_peer()) error = ECONNREFUSED;
    if (error != 0) {
      state_ = std::generic_category().message(error);
      return false;
    }
    attempt_.reset();
    timer_.cancel();
    accepts_.set();
    return true;
  }

  const std::shared_ptr<const host_lookup> lookup_;
  std::vector<socket_address> addresses_;  // empty while the host is looked up
  std::size_t index_ = 0;
  std::optional<attempt> attempt_;
  abide::deadline until_;  // of the pause, or of the patience
  abide::waitable_timer timer_;
  std::chrono::milliseconds pause_ = first_pause;
  std::string state_ = "is looked up";
  abide::manual_reset_event accepts_;
};

}  // namespace

std::unique_ptr<condition> make_tcp_port(const condition_spec& spec) {
  return std::make_unique<tcp_port>(spec);
}

}  // namespace abide_wait
