#include <algorithm>
#include <array>
#include <optional>

#include "tests/mutation/expression_mutator.hpp"
#include "tests/mutation/mutants.hpp"

namespace snapsim::mutation {
namespace {

/// Types of which there is nothing to be had without a value: what awaits one cannot be skipped.
constexpr std::array<std::string_view, 1> without_default = {"Instance"};

bool only_logs(const Statement& statement) {
  if (statement.kind == StatementKind::log) return true;
  if (statement.kind != StatementKind::block && statement.kind != StatementKind::if_) return false;
  return std::all_of(statement.children.begin(), statement.children.end(), only_logs);
}

void collect(const Statement& statement, StatementKind kind, std::vector<const Statement*>& found) {
  if (statement.kind == kind) found.push_back(&statement);
  for (const Statement& child : statement.children) collect(child, kind, found);
}

/// What can be changed about whole statements.
class StatementMutator {
 public:
  StatementMutator(const Source& source, const Enumerations& enumerations, int first_number)
      : source_(source), mutants_(source, first_number), expressions_(source, enumerations, mutants_) {}

  MutatedSource all() {
    for (const Function& function : functions_of(source_)) {
      function_ = &function;
      logs_.clear();
      collect(function.body, StatementKind::log, logs_);
      expressions_.mutate(function.initialisers_begin, function.initialisers_end);
      mutate(function.body);
    }
    return mutants_.take();
  }

 private:
  void mutate(const Statement& statement) {
    switch (statement.kind) {
      case StatementKind::block:
        mutate_order_in(statement);
        break;
      case StatementKind::if_:
      case StatementKind::while_:
        mutate_condition(statement);
        break;
      case StatementKind::for_:
        expressions_.mutate(statement.head_begin, statement.head_end);
        break;
      case StatementKind::switch_:
        mutate_cases(statement);
        break;
      case StatementKind::handler:
        mutate_handler(statement);
        break;
      case StatementKind::declaration:
        mutate_declaration(statement);
        break;
      case StatementKind::leave:
        mutate_leave(statement);
        break;
      case StatementKind::throw_:
        if (!function_->never_returns && (function_->returns_nothing || !statement.is_last)) {
          skip("drop_throw", statement);
        }
        break;
      case StatementKind::log:
        skip("log", statement);
        break;
      case StatementKind::expression:
        mutate_expression(statement);
        break;
      case StatementKind::label:
      case StatementKind::try_:
        break;
    }
    for (const Statement& child : statement.children) mutate(child);
  }

  void skip(const std::string& kind, const Statement& statement) {
    mutants_.add(kind, statement.begin, statement.end, "{ if (!mutation::mutant_is(#)) ", " }");
  }

  bool awaits(const Statement& statement) const { return source_.contains(statement.begin, statement.end, "co_await"); }

  bool is_a_step(const Statement& statement) const {
    return statement.kind == StatementKind::expression && !source_.is(statement.begin, "static_cast") &&
           !source_.is(statement.begin, "SNAPSIM_ASSERT");
  }

  // a; b;: b; a;. Where neither awaits, nobody could tell. From the last pair to the first: what b is preceded by in
  // its own change of places must not get between it and its condition here.
  void mutate_order_in(const Statement& block) {
    for (std::size_t i = block.children.size(); i-- > 0;) {
      if (i + 1 == block.children.size()) continue;
      const Statement& first = block.children[i];
      const Statement& second = block.children[i + 1];
      if (!is_a_step(first) || !is_a_step(second) || (!awaits(first) && !awaits(second))) continue;
      const std::string early = source_.text_of(second.begin, second.end);
      mutants_.add("swap", first.begin, first.end, "if (mutation::mutant_is(#)) { " + early + " }\n", "");
      mutants_.edit_for_last(second.begin, second.end, "{ if (!mutation::mutant_is(#)) ", " }");
    }
  }

  void mutate_condition(const Statement& statement) {
    const bool is_for_logs = std::all_of(statement.children.begin(), statement.children.end(), only_logs);
    if (is_for_logs) mutants_.set_kind("log");
    expressions_.negate(statement.head_begin, statement.head_end);
    expressions_.mutate(statement.head_begin, statement.head_end);
    mutants_.set_kind("");
  }

  // case a, case b: a is taken for b. Labels that share their code are one case.
  void mutate_cases(const Statement& statement) {
    struct Case {
      std::vector<const Statement*> labels;
    };
    std::vector<Case> cases;
    bool continues = false;
    for (const Statement& child : statement.children.front().children) {
      const bool is_label = child.kind == StatementKind::label;
      if (is_label && !continues) cases.emplace_back();
      if (is_label && child.head_begin < child.head_end) cases.back().labels.push_back(&child);
      continues = is_label;
    }
    std::erase_if(cases, [](const Case& one) { return one.labels.empty(); });
    if (cases.size() < 2) return;
    const std::string value = source_.text_of(statement.head_begin, statement.head_end);
    for (std::size_t i = 0; i < cases.size(); ++i) {
      const Statement& other = *cases[(i + 1) % cases.size()].labels.front();
      for (const Statement* label : cases[i].labels) {
        const std::string own_value = source_.text_of(label->head_begin, label->head_end);
        mutants_.add("case", label->begin, label->end, "", "");
        mutants_.edit_for_last(statement.head_begin, statement.head_end,
                               "mutation::mutant_is(#) && " + value + " == " + own_value + " ? " +
                                   source_.text_of(other.head_begin, other.head_end) + " : ",
                               "");
      }
    }
  }

  // catch (const E&) { ... }: what is caught goes on.
  void mutate_handler(const Statement& handler) {
    const Statement& block = handler.children.front();
    const bool throws_anyway = !block.children.empty() && block.children.back().kind == StatementKind::throw_;
    if (throws_anyway) return;
    mutants_.add("drop_catch", handler.begin, block.begin, "", "");
    mutants_.edit_for_last(block.begin, block.begin + 1, "", " if (mutation::mutant_is(#)) throw;");
  }

  void mutate_declaration(const Statement& statement) {
    if (source_.contains(statement.begin, statement.end, "enum")) return;
    const std::size_t last = statement.end - 1;
    if (is_only_logged(statement)) mutants_.set_kind("log");
    if (source_.is(statement.begin, "constexpr")) {
      mutants_.edit({source_.begin_of(statement.begin), source_.end_of(statement.begin), "const", "", true});
    }
    skip_awaited_value(statement);
    const std::size_t equals = equals_of(statement);
    const bool is_truth = source_.is(statement.begin, "const") && source_.is(statement.begin + 1, "bool");
    if (is_truth && equals < last) expressions_.negate(equals + 1, last);
    expressions_.mutate(statement.begin, last);
    mutants_.set_kind("");
  }

  std::size_t equals_of(const Statement& statement) const {
    std::size_t at = statement.begin;
    while (at < statement.end && !source_.is(at, "=")) ++at;
    return at;
  }

  // const T x = co_await f();: T x{};
  void skip_awaited_value(const Statement& statement) {
    const std::size_t equals = equals_of(statement);
    if (!source_.is(equals + 1, "co_await")) return;
    const std::size_t name = equals - 1;
    const std::size_t type = source_.is(statement.begin, "const") ? statement.begin + 1 : statement.begin;
    const std::string type_text = source_.text_of(type, name);
    if (std::find(without_default.begin(), without_default.end(), type_text) != without_default.end()) return;
    const std::string name_text(source_.tokens[name].text);
    mutants_.add("skip_await", statement.begin, statement.end, "", "");
    mutants_.edit_for_last(statement.begin, statement.end,
                           type_text + " " + name_text + "{}; if (!mutation::mutant_is(#)) ", "");
    mutants_.edit({source_.begin_of(statement.begin), source_.begin_of(equals), name_text + " ", "", true});
  }

  /// Whether the name that is declared is used for nothing but what is told to the journal.
  bool is_only_logged(const Statement& statement) const {
    const std::string_view name = source_.tokens[equals_of(statement) - 1].text;
    bool is_used = false;
    for (std::size_t i = statement.end; i < function_->body.end; ++i) {
      if (!source_.is(i, name)) continue;
      is_used = true;
      const bool in_log = std::any_of(logs_.begin(), logs_.end(),
                                      [i](const Statement* log) { return log->begin <= i && i < log->end; });
      if (!in_log) return false;
    }
    return is_used;
  }

  // An early end, a break or a continue: what follows is done all the same.
  void mutate_leave(const Statement& statement) {
    const std::size_t last = statement.end - 1;
    const std::size_t value = statement.begin + 1;
    const bool leaves_function = source_.is(statement.begin, "return") || source_.is(statement.begin, "co_return");
    const bool ends_block = source_.is(statement.end, "}");
    const bool is_needless = leaves_function ? statement.is_last : is_last_of_switch(statement) && ends_block;
    if (!is_needless && !function_->never_returns) skip("drop_leave", statement);
    if (leaves_function && function_->returns_bool && value + 1 < last) expressions_.negate(value, last);
    expressions_.mutate(value, last);
  }

  bool is_last_of_switch(const Statement& leave) const {
    std::vector<const Statement*> switches;
    collect(function_->body, StatementKind::switch_, switches);
    return std::any_of(switches.begin(), switches.end(),
                       [&](const Statement* one) { return one->end == leave.end + 1; });
  }

  void mutate_expression(const Statement& statement) {
    if (!is_a_step(statement)) return;
    const bool must_not_return = function_->never_returns && statement.is_last;
    if (!must_not_return) skip(awaits(statement) ? "skip_await" : "skip_step", statement);
    expressions_.mutate(statement.begin, statement.end - 1);
  }

  const Source& source_;
  MutantList mutants_;
  ExpressionMutator expressions_;
  const Function* function_ = nullptr;
  std::vector<const Statement*> logs_;
};

}  // namespace

void read_enumerations(const Source& source, Enumerations& enumerations) {
  for (std::size_t i = 0; i + 2 < source.tokens.size(); ++i) {
    if (!source.is(i, "enum") || !source.is(i + 1, "class")) continue;
    std::size_t open = i + 2;
    while (!source.is(open, "{") && !source.is(open, ";")) ++open;
    if (source.is(open, ";")) continue;
    std::vector<std::string> names;
    for (std::size_t value = open + 1; value < source.tokens[open].partner; ++value) {
      const bool begins = source.is(value - 1, "{") || source.is(value - 1, ",");
      if (begins) names.emplace_back(source.tokens[value].text);
    }
    enumerations.insert_or_assign(std::string(source.tokens[i + 2].text), std::move(names));
  }
}

MutatedSource mutate(const Source& source, const Enumerations& enumerations, int first_number) {
  Enumerations known = enumerations;
  read_enumerations(source, known);
  return StatementMutator(source, known, first_number).all();
}

}  // namespace snapsim::mutation
