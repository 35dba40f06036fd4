#include "tests/mutation/expression_mutator.hpp"

#include <algorithm>
#include <cctype>

namespace snapsim::mutation {
namespace {

/// What bounds the operands of every operator.
const std::set<std::string_view> outer_bounds = {",", ";", "?", ":",      "=",         "|=",    "+=", "-=", "(",
                                                 "[", "{", "}", "return", "co_return", "throw", "]",  ")"};

std::set<std::string_view> outer_bounds_and(std::initializer_list<std::string_view> more) {
  std::set<std::string_view> all = outer_bounds;
  all.insert(more.begin(), more.end());
  return all;
}

const std::set<std::string_view> or_bounds = outer_bounds_and({"||"});
const std::set<std::string_view> and_bounds = outer_bounds_and({"||", "&&"});
const std::set<std::string_view> comparison_bounds = outer_bounds_and({"||", "&&", "==", "!="});
const std::set<std::string_view> sum_bounds = outer_bounds_and({"||", "&&", "==", "!=", "<=", ">=", "+"});

bool is_all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// 1s, 500ms, 1h.
bool is_duration(std::string_view text) {
  const std::size_t digits = text.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos) return false;
  const std::string_view unit = text.substr(digits);
  return unit == "s" || unit == "ms" || unit == "us" || unit == "min" || unit == "h";
}

std::string one_line(std::string_view text) {
  constexpr std::size_t length_max = 90;
  std::string line;
  for (const char c : text) {
    const bool is_space = std::isspace(static_cast<unsigned char>(c)) != 0;
    if (!is_space) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  if (line.size() > length_max) {
    line.resize(length_max);
    line += "...";
  }
  return line;
}

}  // namespace

std::string MutantList::numbered(std::string text) const {
  const std::string number = std::to_string(next_ - 1);
  for (std::size_t at = text.find('#'); at != std::string::npos; at = text.find('#', at)) text.replace(at, 1, number);
  return text;
}

void MutantList::add(const std::string& kind, std::size_t begin, std::size_t end, std::string before, std::string after,
                     bool replaces) {
  const int number = next_++;
  const std::string said = one_line(source_.text_of(begin, end));
  result_.mutants.push_back({number, kind_.empty() ? kind : kind_, source_.path, source_.line_of(begin), said});
  if (before.empty() && after.empty()) return;
  result_.edits.push_back({source_.begin_of(begin), source_.end_of(end - 1), numbered(std::move(before)),
                           numbered(std::move(after)), replaces});
}

void MutantList::edit_for_last(std::size_t begin, std::size_t end, std::string before, std::string after) {
  result_.edits.push_back({source_.begin_of(begin), source_.end_of(end - 1), numbered(std::move(before)),
                           numbered(std::move(after)), false});
}

ExpressionMutator::ExpressionMutator(const Source& source, const Enumerations& enumerations, MutantList& mutants)
    : source_(source), enumerations_(enumerations), mutants_(mutants) {
  for (const std::string& name : constants_of(source, "int")) counts_.insert(name);
  for (const std::string& name : constants_of(source, "Duration")) durations_.insert(name);
}

void ExpressionMutator::negate(std::size_t begin, std::size_t end) {
  if (begin >= end || source_.contains(begin, end, "co_await") || source_.contains(begin, end, "{")) return;
  if (!negated_.emplace(begin, end).second) return;
  mutants_.add("negate", begin, end, "(static_cast<bool>(", ") != mutation::mutant_is(#))");
}

void ExpressionMutator::mutate(std::size_t begin, std::size_t end) {
  region_ = {begin, end};
  for (std::size_t at = begin; at < end; ++at) mutate_token(at);
}

void ExpressionMutator::mutate_token(std::size_t at) {
  const std::string_view text = source_.tokens[at].text;
  const bool is_spaced = source_.begin_of(at) > 0 && source_.text[source_.begin_of(at) - 1] == ' ' &&
                         std::isspace(static_cast<unsigned char>(source_.text[source_.end_of(at)])) != 0;
  if (text == "==" || text == "!=") mutate_equality(at);
  if (is_spaced && (text == "<" || text == ">" || text == "<=" || text == ">=")) mutate_order(at);
  if (is_spaced && (text == "&&" || text == "||")) mutate_logic(at);
  if (is_spaced && text == "?") mutate_choice(at);
  if (is_spaced && (text == "+" || text == "-")) mutate_sum(at);
  if (text == "true" || text == "false") mutate_truth(at);
  if (is_all_digits(text) || is_duration(text)) mutate_number(at);
  if (source_.is_word(at)) mutate_constant(at);
  if (source_.is(at + 1, "::")) mutate_enumerator(at);
  if (text == "save" && source_.is(at + 1, "(")) mutate_guard(at);
}

ExpressionMutator::Range ExpressionMutator::left_of(std::size_t at, const Words& bounds) const {
  std::size_t begin = at;
  while (begin > region_.begin) {
    const std::size_t before = begin - 1;
    const std::string_view text = source_.tokens[before].text;
    const std::size_t partner = source_.tokens[before].partner;
    if ((text == ")" || text == "]") && partner < before) {
      begin = partner;
    } else if (bounds.contains(text)) {
      break;
    } else {
      begin = before;
    }
  }
  return {begin, at};
}

ExpressionMutator::Range ExpressionMutator::right_of(std::size_t at, const Words& bounds) const {
  std::size_t end = at + 1;
  while (end < region_.end) {
    const std::string_view text = source_.tokens[end].text;
    const std::size_t partner = source_.tokens[end].partner;
    if ((text == "(" || text == "[" || text == "{") && partner > end) {
      end = partner + 1;
    } else if (bounds.contains(text)) {
      break;
    } else {
      ++end;
    }
  }
  return {at + 1, end};
}

bool ExpressionMutator::is_whole(const Range& range) const {
  return range.begin < range.end && !source_.contains(range.begin, range.end, "co_await");
}

bool ExpressionMutator::is_needless(const Range& operand) const {
  if (operand.end != operand.begin + 2 || !source_.is(operand.begin, "!")) return false;
  const std::string_view name = source_.tokens[operand.begin + 1].text;
  return source_.is(operand.end, "&&") && source_.is(operand.end + 1, name) && source_.is(operand.end + 3, "error");
}

// a == b: a != b.
void ExpressionMutator::mutate_equality(std::size_t at) {
  const Range left = left_of(at, comparison_bounds);
  const Range right = right_of(at, comparison_bounds);
  if (!is_whole(left) || !is_whole(right)) return;
  negate(left.begin, right.end);
}

// a < b: a <= b.
void ExpressionMutator::mutate_order(std::size_t at) {
  static const std::map<std::string_view, std::string> others = {{"<", "<="}, {"<=", "<"}, {">", ">="}, {">=", ">"}};
  const Range left = left_of(at, comparison_bounds);
  const Range right = right_of(at, comparison_bounds);
  if (!is_whole(left) || !is_whole(right)) return;
  const std::string other = source_.text_of(left.begin, left.end) + " " + others.at(source_.tokens[at].text) + " " +
                            source_.text_of(right.begin, right.end);
  mutants_.add("boundary", left.begin, right.end, "(mutation::mutant_is(#) ? (" + other + ") : (", "))");
}

// a && b: b, and a; likewise a || b.
void ExpressionMutator::mutate_logic(std::size_t at) {
  const bool is_and = source_.is(at, "&&");
  const Words& bounds = is_and ? and_bounds : or_bounds;
  mutate_operand(left_of(at, bounds), is_and);
  mutate_operand(right_of(at, bounds), is_and);
}

void ExpressionMutator::mutate_operand(const Range& operand, bool of_and) {
  if (!is_whole(operand) || is_needless(operand) || !operands_.emplace(operand.begin, operand.end).second) return;
  mutants_.add("drop_operand", operand.begin, operand.end,
               of_and ? "(mutation::mutant_is(#) || (" : "(!mutation::mutant_is(#) && (", "))");
}

// c ? a : b: !c ? a : b.
void ExpressionMutator::mutate_choice(std::size_t at) {
  const Range condition = left_of(at, outer_bounds);
  if (is_whole(condition)) negate(condition.begin, condition.end);
}

// a + 1: a - 1. The difference of two moments has no such contrary.
void ExpressionMutator::mutate_sum(std::size_t at) {
  const Range left = left_of(at, sum_bounds);
  const Range right = right_of(at, sum_bounds);
  const bool has_number = is_all_digits(source_.tokens[at - 1].text) || is_all_digits(source_.tokens[at + 1].text);
  if (!has_number || !is_whole(left) || !is_whole(right)) return;
  const std::string other = source_.is(at, "+") ? " - " : " + ";
  const std::string text = source_.text_of(left.begin, left.end) + other + source_.text_of(right.begin, right.end);
  mutants_.add("sum", left.begin, right.end, "(mutation::mutant_is(#) ? (" + text + ") : (", "))");
}

void ExpressionMutator::mutate_truth(std::size_t at) {
  const std::string other = source_.is(at, "true") ? "false" : "true";
  mutants_.add("flip", at, at + 1, "(mutation::mutant_is(#) ? " + other + " : ", ")");
}

// A number, unless it is only told: one more. A time: twice as long.
void ExpressionMutator::mutate_number(std::size_t at) {
  std::size_t open = at;
  while (open > region_.begin && !(source_.tokens[open].partner > open && source_.tokens[open].partner > at)) --open;
  if (source_.is(open + 1, "FailureKind")) return;
  const std::string text(source_.tokens[at].text);
  if (is_duration(text)) {
    mutants_.add("delay", at, at + 1, "(mutation::mutant_is(#) ? 2 * " + text + " : ", ")");
  } else {
    mutants_.add("off_by_one", at, at + 1, "(mutation::mutant_is(#) ? " + text + " + 1 : ", ")");
  }
}

void ExpressionMutator::mutate_constant(std::size_t at) {
  const std::string text(source_.tokens[at].text);
  const bool is_another = at > 0 && (source_.is(at - 1, ".") || source_.is(at - 1, "::"));
  if (is_another) return;
  if (counts_.contains(text)) {
    mutants_.add("off_by_one", at, at + 1, "(mutation::mutant_is(#) ? " + text + " + 1 : ", ")");
  }
  if (durations_.contains(text)) {
    mutants_.add("delay", at, at + 1, "(mutation::mutant_is(#) ? 2 * " + text + " : ", ")");
  }
}

// A state: its neighbour in the enumeration.
void ExpressionMutator::mutate_enumerator(std::size_t at) {
  const auto enumeration = enumerations_.find(source_.tokens[at].text);
  if (enumeration == enumerations_.end() || enumeration->second.size() < 2) return;
  const std::vector<std::string>& names = enumeration->second;
  const auto found = std::find(names.begin(), names.end(), source_.tokens[at + 2].text);
  if (found == names.end()) return;
  const std::string next = std::next(found) == names.end() ? names.front() : *std::next(found);
  mutants_.add("neighbour", at, at + 3, "(mutation::mutant_is(#) ? " + enumeration->first + "::" + next + " : ", ")");
}

// save(context, database, journal, expected): save(context, database, journal).
void ExpressionMutator::mutate_guard(std::size_t at) {
  const std::size_t open = at + 1;
  std::vector<std::size_t> commas;
  for (std::size_t i = open + 1; i < source_.tokens[open].partner; ++i) {
    if (source_.tokens[i].partner > i) i = source_.tokens[i].partner;
    if (source_.is(i, ",")) commas.push_back(i);
  }
  if (commas.size() != 3) return;
  mutants_.add("drop_guard", commas[2] + 1, source_.tokens[open].partner, "mutation::guard_unless(#, ", ")");
}

}  // namespace snapsim::mutation
