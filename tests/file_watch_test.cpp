// SPDX-License-Identifier: BSL-1.0
#include <abide/abide.hpp>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

#include "support/child.hpp"
#include "support/descriptors.hpp"
#include "support/running.hpp"
#include "support/thread_facts.hpp"

namespace {

using namespace std::chrono_literals;
using abide::file_watch;
namespace fs = std::filesystem;

static_assert(!std::is_copy_constructible_v<file_watch> && !std::is_copy_assignable_v<file_watch>);
static_assert(std::is_nothrow_move_constructible_v<file_watch>);

class FileWatch : public testing::Test {
 protected:
  FileWatch() {
    // Where few others make files: every one of theirs would end these waits for another look.
    const fs::path quiet = "/dev/shm";
    const fs::path parent = ::access(quiet.c_str(), W_OK) == 0 ? quiet : fs::temp_directory_path();
    std::string name = (parent / "abide-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~FileWatch() override { fs::remove_all(folder_); }

  std::string in(const std::string& name) const { return (folder_ / name).string(); }
  void make(const std::string& name) const { std::ofstream(in(name)).put('x'); }
  void move(const std::string& from, const std::string& to) const { fs::rename(in(from), in(to)); }

  fs::path folder_;
};

using FileWatchDeathTest = FileWatch;

bool is_ready(const file_watch& w) { return abide::wait_for(0s, w); }

/// Looks until nothing has changed meanwhile: others work in the directories above the test's.
void expect_at_rest(file_watch& w, bool exists) {
  do EXPECT_EQ(w.exists(), exists);
  while (is_ready(w));
}

/// How many files and directories the system watches for it.
int watches(const file_watch& w) {
  std::ifstream info("/proc/self/fdinfo/" + std::to_string(w.native_handle()));
  int n = 0;
  for (std::string line; std::getline(info, line);) n += line.starts_with("inotify");
  return n;
}

/// Waits, asleep, until the path exists or does not; `change` makes it so once the wait is asleep.
template <class F>
void expect_wakes(file_watch& w, bool exists, F change) {
  ASSERT_EQ(w.exists(), !exists);
  auto waiter = support::run([&] {
    do abide::wait(w);
    while (w.exists() != exists);
  });
  support::wait_until_asleep(waiter.id(), support::asleep_in::poll);
  change();
  waiter.get();
}

TEST_F(FileWatch, IsReadyUntilItHasLooked) {
  file_watch w(in("file"));
  EXPECT_TRUE(is_ready(w));
  expect_at_rest(w, false);
  make("file");
  EXPECT_TRUE(is_ready(w));
  EXPECT_TRUE(support::is_readable(w.native_handle()));
  expect_at_rest(w, true);
}

TEST_F(FileWatch, AFileThatIsMadeEndsTheWait) {
  file_watch w(in("file"));
  expect_wakes(w, true, [&] { make("file"); });
}

TEST_F(FileWatch, AFileThatIsMovedInEndsTheWait) {
  fs::create_directory(in("elsewhere"));
  make("elsewhere/file");
  file_watch w(in("file"));
  expect_wakes(w, true, [&] { move("elsewhere/file", "file"); });
}

TEST_F(FileWatch, ADirectoryASocketAndALinkAreFilesToo) {
  file_watch d(in("directory"));
  expect_wakes(d, true, [&] { fs::create_directory(in("directory")); });
  file_watch p(in("pipe"));
  expect_wakes(p, true, [&] { ASSERT_EQ(::mkfifo(in("pipe").c_str(), 0600), 0); });
  file_watch l(in("link"));
  expect_wakes(l, true, [&] { fs::create_hard_link(in("pipe"), in("link")); });
}

TEST_F(FileWatch, AllOfThePathMayBeMissing) {
  file_watch w(in("a/b/c/file"));
  expect_wakes(w, true, [&] {
    fs::create_directories(in("a/b/c"));
    make("a/b/c/file");
  });
}

TEST_F(FileWatch, AWholeTreeMayBeMovedIn) {
  fs::create_directories(in("new/b/c"));
  make("new/b/c/file");
  file_watch w(in("a/b/c/file"));
  expect_wakes(w, true, [&] { move("new", "a"); });
}

TEST_F(FileWatch, AFileThatIsRemovedEndsTheWaitThoughItIsOpen) {
  make("file");
  std::ifstream open(in("file"));
  file_watch w(in("file"));
  expect_wakes(w, false, [&] { fs::remove(in("file")); });
}

TEST_F(FileWatch, ADirectoryThatIsRemovedEndsTheWaitThoughItIsOpen) {
  fs::create_directory(in("d"));
  const support::descriptor open(::open(in("d").c_str(), O_RDONLY | O_CLOEXEC));
  file_watch w(in("d"));
  expect_wakes(w, false, [&] { fs::remove(in("d")); });
}

TEST_F(FileWatch, AFileThatIsMovedAwayEndsTheWait) {
  make("file");
  file_watch w(in("file"));
  expect_wakes(w, false, [&] { move("file", "other"); });
}

TEST_F(FileWatch, AnAncestorThatIsMovedAwayEndsTheWait) {
  fs::create_directory(in("elsewhere"));
  fs::create_directories(in("a/b/c"));
  make("a/b/c/file");
  file_watch w(in("a/b/c/file"));
  expect_wakes(w, false, [&] { move("a", "elsewhere/a"); });
}

TEST_F(FileWatch, AnAncestorMayBeReplacedWhileTheRestIsMissing) {
  fs::create_directories(in("a/b"));
  file_watch w(in("a/b/file"));
  expect_wakes(w, true, [&] {
    move("a", "z");
    make("z/b/file");  // not the path
    fs::create_directories(in("a/b"));
    make("a/b/file");
  });
}

TEST_F(FileWatch, ASymbolicLinkCountsByWhatItLeadsTo) {
  fs::create_symlink("target", in("link"));
  file_watch w(in("link"));
  expect_wakes(w, true, [&] { make("target"); });
  expect_wakes(w, false, [&] { fs::remove(in("target")); });
  expect_wakes(w, true, [&] {
    make("other");
    fs::create_symlink(in("other"), in("new"));
    move("new", "link");
  });
}

TEST_F(FileWatch, ASymbolicLinkOnTheWayIsFollowedWhereverItLeads) {
  fs::create_directories(in("first"));
  fs::create_directories(in("second/deep"));
  fs::create_directory_symlink(in("first"), in("way"));
  file_watch w(in("way/../second/deep/file"));  // beside first, whatever the link is called
  expect_wakes(w, true, [&] { make("second/deep/file"); });
  file_watch v(in("way/file"));
  expect_wakes(v, true, [&] {
    make("second/file");
    fs::remove(in("way"));
    fs::create_directory_symlink("second", in("way"));
  });
}

TEST_F(FileWatch, LinksThatLeadInACircleDoNotExist) {
  fs::create_symlink("b", in("a"));
  fs::create_symlink("a", in("b"));
  file_watch w(in("a"));
  expect_wakes(w, true, [&] {
    fs::remove(in("b"));
    make("b");
  });
}

TEST_F(FileWatch, BelowAFileThereIsNothing) {
  make("file");
  file_watch w(in("file/name"));
  EXPECT_FALSE(w.exists());
  file_watch slash(in("file/"));
  expect_wakes(slash, true, [&] {
    fs::remove(in("file"));
    fs::create_directory(in("file"));
  });
}

TEST_F(FileWatch, ARelativePathIsOneOfTheDirectoryItWasMadeIn) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  file_watch w("file");
  fs::current_path(before);
  EXPECT_EQ(fs::path(w.path()), fs::canonical(folder_) / "file");
  expect_wakes(w, true, [&] { make("file"); });
}

TEST_F(FileWatch, WatchesTheWayAndNothingElse) {
  file_watch shallow(in("a"));
  EXPECT_FALSE(shallow.exists());
  const int above = watches(shallow);
  file_watch w(in("a/b/c"));
  EXPECT_FALSE(w.exists());
  EXPECT_EQ(watches(w), above);
  fs::create_directories(in("a/b"));
  EXPECT_FALSE(w.exists());
  EXPECT_EQ(watches(w), above + 2);
  move("a", "z");
  EXPECT_FALSE(w.exists());
  EXPECT_EQ(watches(w), above);
  expect_at_rest(w, false);
}

TEST_F(FileWatch, MoreEventsThanOneLookTakesLoseNothing) {
  file_watch w(in("file"));
  EXPECT_FALSE(w.exists());
  for (int i = 0; i != 1000; ++i) make("other" + std::to_string(i));
  expect_at_rest(w, false);
  expect_wakes(w, true, [&] { make("file"); });
}

TEST_F(FileWatch, NoChangeIsMissedInARace) {
  constexpr int rounds = 500;
  auto maker = support::run([&] {
    file_watch w(in("a/file"));
    for (int i = 0; i != rounds; ++i) {
      fs::create_directory(in("a"));
      make("a/file");
      while (w.exists()) abide::wait(w);
    }
  });
  file_watch w(in("a/file"));
  for (int i = 0; i != rounds; ++i) {
    while (!w.exists()) abide::wait(w);
    move("a", "z");
    fs::remove_all(in("z"));
  }
  maker.get();
}

TEST_F(FileWatch, TheWaitIsCanceledLikeAnyOther) {
  file_watch w(in("file"));
  EXPECT_FALSE(w.exists());
  abide::cancellation_source source;
  auto waiter = support::run([&] { return abide::wait(w, abide::return_on(source.token())); });
  support::wait_until_asleep(waiter.id(), support::asleep_in::poll);
  source.cancel();
  EXPECT_EQ(waiter.get(), abide::wait_status::canceled);
}

TEST_F(FileWatch, StandsAmongOthersInAWait) {
  file_watch w(in("file"));
  abide::manual_reset_event event;
  EXPECT_EQ(abide::wait_any(event, w), 1u);
  EXPECT_FALSE(w.exists());
  make("file");
  EXPECT_EQ(abide::wait_any(event, w), 1u);
  EXPECT_FALSE(abide::wait_all_for(0s, event, w));
  event.set();
  EXPECT_TRUE(abide::wait_all_for(0s, event, w));
}

TEST_F(FileWatch, OwnsItsHandle) {
  int handle;
  {
    file_watch w(in("file"));
    handle = w.native_handle();
    EXPECT_TRUE(support::closes_on_exec(handle));
    EXPECT_FALSE(w.exists());
    file_watch moved(std::move(w));
    EXPECT_EQ(moved.native_handle(), handle);
    expect_wakes(moved, true, [&] { make("file"); });
  }
  EXPECT_EQ(::fcntl(handle, F_GETFD), -1);
}

TEST_F(FileWatch, RefusesWhatIsNoPath) {
  EXPECT_THROW(file_watch(""), std::invalid_argument);
  EXPECT_THROW(file_watch(std::string("a\0b", 3)), std::invalid_argument);
}

TEST_F(FileWatch, WhatCannotBeLookedUpIsASystemErrorThatNamesIt) {
  const std::string path = in(std::string(1000, 'x'));
  file_watch w(path);
  try {
    (void)w.exists();
    FAIL() << "it looked";
  } catch (const std::system_error& e) {
    EXPECT_EQ(e.code(), std::errc::filename_too_long);
    EXPECT_NE(std::string(e.what()).find(path), std::string::npos);
  }
}

/// The code of the error of a look, made by a user who has no rights of an administrator.
std::error_code look_as_nobody(const std::string& path, bool& exists) {
  file_watch w(path);
  if (::geteuid() == 0 && ::seteuid(65534) != 0) return {errno, std::generic_category()};
  try {
    exists = w.exists();
  } catch (const std::system_error& e) {
    return e.code();
  }
  return {};
}

TEST_F(FileWatchDeathTest, ADirectoryThatMayNotBeReadIsPassedButHidesWhatIsMissing) {
  ASSERT_EQ(::chmod(folder_.c_str(), 0755), 0);
  fs::create_directories(in("closed/open"));
  ASSERT_EQ(::chmod(in("closed/open").c_str(), 0755), 0);
  ASSERT_EQ(::chmod(in("closed").c_str(), 0111), 0);
  const auto expect = [&](const std::string& name, std::error_code code, bool there) {
    bool exists = false;
    EXPECT_EQ(look_as_nobody(in(name), exists), code) << name;
    EXPECT_EQ(exists, there) << name;
    std::_Exit(testing::Test::HasFailure() ? 1 : 0);
  };
  const std::error_code denied = std::make_error_code(std::errc::permission_denied);
  EXPECT_EXIT(expect("closed/open", {}, true), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(expect("closed/open/file", {}, false), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(expect("closed/file", denied, false), testing::ExitedWithCode(0), "");
  ASSERT_EQ(::chmod(in("closed").c_str(), 0000), 0);
  EXPECT_EXIT(expect("closed/open", denied, false), testing::ExitedWithCode(0), "");
  ASSERT_EQ(::chmod(in("closed").c_str(), 0755), 0);
}

/// Lets this user have so many of the system's watches, in a user namespace that is made for it.
bool limit(const std::string& what, int n) {
  std::ofstream file("/proc/sys/user/max_inotify_" + what);
  return static_cast<bool>(file << n << std::flush);
}

[[noreturn]] void run_out_of_watches(const std::string& path) {
  if (::unshare(CLONE_NEWUSER) != 0 || !limit("watches", 1000)) std::_Exit(77);  // not permitted
  file_watch w(path);
  limit("watches", 1);
  try {
    (void)w.exists();
    ADD_FAILURE() << "it looked";
  } catch (const std::system_error& e) {
    EXPECT_EQ(e.code(), std::errc::no_space_on_device);
  }
  limit("watches", 1000);
  expect_wakes(w, true, [&] { std::ofstream file(path); });
  limit("instances", 1);
  try {
    const file_watch another(path);
    ADD_FAILURE() << "it was made";
  } catch (const std::system_error& e) {
    EXPECT_EQ(e.code(), std::errc::too_many_files_open);
  }
  support::finish();
}

TEST_F(FileWatchDeathTest, WithoutAWatchLeftALookIsAnErrorAndTheNextOneLooks) {
  const auto passed_or_not_permitted = [](int status) {
    return testing::ExitedWithCode(0)(status) || testing::ExitedWithCode(77)(status);
  };
  EXPECT_EXIT(run_out_of_watches(in("file")), passed_or_not_permitted, "");
}

}  // namespace
