#pragma once

#include <set>
#include <string>
#include <utility>

#include "tests/mutation/mutants.hpp"

namespace snapsim::mutation {

/// Numbers mutants and keeps them with their edits.
class MutantList {
 public:
  MutantList(const Source& source, int first_number) : source_(source), next_(first_number) {}

  /// A new mutant of the tokens [begin, end); its number stands for each `#` of `before` and `after`.
  void add(const std::string& kind, std::size_t begin, std::size_t end, std::string before, std::string after,
           bool replaces = false);
  /// An edit that serves the mutant that was added last.
  void edit_for_last(std::size_t begin, std::size_t end, std::string before, std::string after);
  /// An edit that serves all mutants: it only makes room for them.
  void edit(const Edit& edit) { result_.edits.push_back(edit); }
  /// The mutants added from now on are of that kind, whatever operator makes them; empty: of the operator's.
  void set_kind(std::string kind) { kind_ = std::move(kind); }
  const std::string& kind() const { return kind_; }

  MutatedSource take() { return std::move(result_); }

 private:
  std::string numbered(std::string text) const;

  const Source& source_;
  int next_;
  std::string kind_;
  MutatedSource result_;
};

/// What can be changed within an expression. An await is never put into a part of one.
class ExpressionMutator {
 public:
  ExpressionMutator(const Source& source, const Enumerations& enumerations, MutantList& mutants);

  /// Mutates all parts of the tokens [begin, end).
  void mutate(std::size_t begin, std::size_t end);
  /// Makes a truth of its contrary.
  void negate(std::size_t begin, std::size_t end);

 private:
  struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  using Words = std::set<std::string_view>;

  /// The operands beside the operator at `at`, out to the nearest of the words, a bracket or the region's end.
  Range left_of(std::size_t at, const Words& bounds) const;
  Range right_of(std::size_t at, const Words& bounds) const;
  bool is_whole(const Range& range) const;
  /// !x beside x.error(): a success has an error that is none, so the operand only says it again.
  bool is_needless(const Range& operand) const;

  void mutate_token(std::size_t at);
  void mutate_equality(std::size_t at);
  void mutate_order(std::size_t at);
  void mutate_logic(std::size_t at);
  void mutate_operand(const Range& operand, bool of_and);
  void mutate_choice(std::size_t at);
  void mutate_sum(std::size_t at);
  void mutate_truth(std::size_t at);
  void mutate_number(std::size_t at);
  void mutate_constant(std::size_t at);
  void mutate_enumerator(std::size_t at);
  void mutate_guard(std::size_t at);

  const Source& source_;
  const Enumerations& enumerations_;
  MutantList& mutants_;
  std::set<std::string, std::less<>> counts_;
  std::set<std::string, std::less<>> durations_;
  std::set<std::pair<std::size_t, std::size_t>> negated_;
  std::set<std::pair<std::size_t, std::size_t>> operands_;
  Range region_;
};

}  // namespace snapsim::mutation
