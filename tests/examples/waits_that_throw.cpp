// SPDX-License-Identifier: BSL-1.0

// A queue between two threads. Where a condition variable would need a mutex, a flag and a loop for
// each question, a semaphore counts what is there, and its wait takes the token: a cancel leaves
// through the destructors like any other error.
#include <abide/abide.hpp>

#include <cstdio>
#include <deque>
#include <mutex>
#include <thread>

class mailbox {
 public:
  void put(int letter) {
    {
      const std::lock_guard lock(mutex_);
      letters_.push_back(letter);
    }
    count_.release();
  }

  // Throws: operation_canceled; then no letter was taken.
  int take(const abide::cancellation_token& stop) {
    count_.acquire(stop);
    const std::lock_guard lock(mutex_);
    const int letter = letters_.front();
    letters_.pop_front();
    return letter;
  }

  std::ptrdiff_t size() const { return count_.available(); }

 private:
  abide::semaphore count_{0};
  std::mutex mutex_;
  std::deque<int> letters_;
};

int main() {
  mailbox box;
  abide::semaphore read(0);
  abide::cancellation_source source;
  std::thread reader([&] {
    try {
      for (;;) {
        std::printf("letter %d\n", box.take(source.token()));
        read.release();
      }
    } catch (const abide::operation_canceled& e) {
      std::printf("reader: %s\n", e.code().message().c_str());
    }
  });
  box.put(1);
  box.put(2);
  read.acquire();
  read.acquire();
  source.cancel();
  reader.join();
  box.put(3);  // nobody took it
  return box.size() == 1 ? 0 : 1;
}
