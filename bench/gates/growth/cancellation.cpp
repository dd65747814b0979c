// SPDX-License-Identifier: BSL-1.0
#include <abide/cancellation.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "growth/crowd.hpp"
#include "growth/table.hpp"

// How tokens grow with their callbacks, with the sources linked to them and with the length of a
// chain of links. What is measured another thread has done before, so its words are shared.

namespace growth {
namespace {

using abide::cancellation_source;
using abide::cancellation_token;

const auto callback = [] {};

/// The costs of f, which another thread has done once before.
template <class F>
costs cost_of(F f) {
  elsewhere([&] { f(); });
  window w;
  f();
  w.close();
  return w.own();
}

table measure_callbacks() {
  table t("Callbacks on one token", "callbacks");
  for (const std::size_t n : {1u, 16u, 256u, 4096u, 65536u}) {
    begin_scenario();
    cancellation_source source;
    const auto token = source.token();
    std::vector<abide::cancellation_registration> all(n);
    for (auto& r : all) r = token.register_callback(callback);

    t.add(n, "register, unregister",
          cost_of([&] { token.register_callback(callback).unregister(); }));
    t.add(n, "in place, destroy",
          cost_of([&] { const abide::cancellation_callback in_place(token, callback); }));
    // The other thread takes the neighbours out.
    std::size_t i = n / 2;
    t.add(n, "unregister in the middle", cost_of([&] {
            all[i].unregister();
            all[i] = token.register_callback(callback);
            i = (i + 1) % n;
          }));
    elsewhere([&] { (void)token.register_callback(callback); });
    window w;
    source.cancel();
    w.close();
    t.add(n, "cancel()", w.own());
  }
  return t;
}

void measure_children(table& t, std::size_t n) {
  begin_scenario();
  cancellation_source source;
  const auto token = source.token();
  std::vector<cancellation_source> all;
  for (std::size_t i = 0; i != n; ++i) all.push_back(cancellation_source::linked_to(token));

  t.add(n, "children: link one more, destroy it",
        cost_of([&] { (void)cancellation_source::linked_to(token); }));
  std::size_t i = n / 2;
  t.add(n, "children: destroy one, link another", cost_of([&] {
          all[i] = cancellation_source::linked_to(token);
          i = (i + 1) % n;
        }));
  window w;
  source.cancel();
  w.close();
  t.add(n, "children: cancel()", w.own());
}

void measure_chain(table& t, std::size_t n) {
  begin_scenario();
  cancellation_source root;
  const auto chain_of = [&] {
    cancellation_token end = root.token();
    for (std::size_t i = 0; i != n; ++i) end = cancellation_source::linked_to(end).token();
    return end;
  };
  std::optional<cancellation_token> end = chain_of();
  t.add(n, "chain: poll its end", cost_of([&] { (void)end->is_cancellation_requested(); }));
  t.add(n, "chain: link to its end, destroy",
        cost_of([&] { (void)cancellation_source::linked_to(*end); }));
  t.add(n, "chain: expires_at of its end", cost_of([&] { (void)end->expires_at(); }));
  window destruction;
  end.reset();
  destruction.close();
  t.add(n, "chain: destroy", destruction.own());
  end = chain_of();
  window w;
  root.cancel();
  w.close();
  t.add(n, "chain: cancel()", w.own());
}

table measure_links() {
  table t("Linked sources", "links");
  for (const std::size_t n : {1u, 16u, 256u, 4096u, 16384u}) {
    measure_children(t, n);
    measure_chain(t, n);
  }
  return t;
}

}  // namespace

dimension callbacks() {
  return {"callbacks",
          measure_callbacks,
          {
              {"register, unregister", "changes", order::constant, 6},
              {"register, unregister", "loads", order::constant, 4},
              {"register, unregister", "one word", order::constant, 4},
              {"register, unregister", "longest", order::constant, 7},
              {"register, unregister", "steps", order::constant, 37},
              {"in place, destroy", "changes", order::constant, 6},
              {"in place, destroy", "loads", order::constant, 4},
              {"in place, destroy", "one word", order::constant, 4},
              {"in place, destroy", "longest", order::constant, 7},
              {"in place, destroy", "steps", order::constant, 26},
              {"unregister in the middle", "changes", order::constant, 6},
              {"unregister in the middle", "one word", order::constant, 4},
              {"unregister in the middle", "longest", order::constant, 7},
              {"unregister in the middle", "steps", order::constant, 40},
              {"cancel()", "changes", order::linear, 8, 2},
              {"cancel()", "loads", order::linear, 2, 1},
              {"cancel()", "LOCKs", order::linear, 2, 1},
              {"cancel()", "longest", order::constant, 21},
              {"cancel()", "steps", order::linear, 70, 15.1},
          }};
}

dimension links() {
  return {"links",
          measure_links,
          {
              {"children: link one more, destroy it", "changes", order::constant, 8},
              {"children: link one more, destroy it", "loads", order::constant, 7},
              {"children: link one more, destroy it", "one word", order::constant, 4},
              {"children: link one more, destroy it", "longest", order::constant, 8},
              {"children: link one more, destroy it", "steps", order::constant, 76},
              {"children: destroy one, link another", "changes", order::constant, 10},
              {"children: destroy one, link another", "one word", order::constant, 4},
              {"children: destroy one, link another", "longest", order::constant, 8},
              {"children: destroy one, link another", "steps", order::constant, 76},
              {"children: cancel()", "changes", order::linear, 16, 2},
              {"children: cancel()", "LOCKs", order::linear, 4, 3},
              {"children: cancel()", "longest", order::linear, 50, 44},
              {"children: cancel()", "steps", order::linear, 100, 67},
              {"chain: poll its end", "changes", order::constant, 0},
              {"chain: poll its end", "loads", order::constant, 1},
              {"chain: poll its end", "steps", order::constant, 0},
              {"chain: link to its end, destroy", "changes", order::constant, 8},
              {"chain: link to its end, destroy", "loads", order::constant, 7},
              {"chain: link to its end, destroy", "longest", order::constant, 8},
              {"chain: link to its end, destroy", "steps", order::constant, 76},
              {"chain: expires_at of its end", "changes", order::constant, 2},
              {"chain: expires_at of its end", "loads", order::linear, 2, 2},
              {"chain: expires_at of its end", "longest", order::linear, 6, 10},
              {"chain: destroy", "LOCKs", order::linear, 0, 2},
              {"chain: destroy", "longest", order::constant, 8},
              {"chain: destroy", "steps", order::linear, 5, 39},
              {"chain: cancel()", "LOCKs", order::linear, 4, 3},
              {"chain: cancel()", "longest", order::linear, 50, 43.1},
              {"chain: cancel()", "steps", order::linear, 100, 66.1},
          }};
}

}  // namespace growth
