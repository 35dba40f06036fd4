#include "tests/mutation/mutants.hpp"

#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

// The generator: which mutants each operator makes of a piece of code, and the code with them in it.

namespace snapsim::mutation {
namespace {

/// A coroutine of these statements.
std::string coroutine_of(const std::string& statements) {
  return "Task<void> Flow::step(Call& call) {\n" + statements + "\n}\n";
}

Enumerations states() {
  return {{"State", {"off", "on", "gone"}}};
}

MutatedSource mutated(const std::string& text) {
  const Source source("sim/nova/flow.cpp", text);
  return mutate(source, states(), 1);
}

/// How many mutants of that operator the text has.
std::ptrdiff_t count(const std::string& kind, const std::string& text) {
  const std::vector<Mutant> mutants = mutated(text).mutants;
  return std::count_if(mutants.begin(), mutants.end(), [&kind](const Mutant& mutant) { return mutant.kind == kind; });
}

/// The text with all of its mutants.
std::string schemata(const std::string& text) {
  return edited(text, mutated(text).edits);
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("an awaited step can be skipped, and an awaited value is then the empty one", "[mutation]") {
  CHECK(schemata(coroutine_of("co_await save(call);")) ==
        coroutine_of("{ if (!mutation::mutant_is(1)) co_await save(call); }"));
  const std::string value = schemata(coroutine_of("const Result<void> saved = co_await save(call);\ncheck(saved);"));
  CHECK(holds(value, "Result<void> saved{}; if (!mutation::mutant_is(1)) saved = co_await save(call);"));
  CHECK(count("skip_await", coroutine_of("Instance found = co_await find(call);")) == 0);
}

TEST_CASE("two steps beside each other change places, unless neither awaits", "[mutation]") {
  const std::string text = schemata(coroutine_of("co_await first();\nco_await second();"));
  CHECK(holds(text, "if (mutation::mutant_is(1)) { co_await second(); }"));
  const std::string three = schemata(coroutine_of("co_await a();\nco_await b();\nco_await c();"));
  CHECK(holds(three, "if (mutation::mutant_is(1)) { co_await c(); }\n{ if (!mutation::mutant_is(2))"));
  CHECK(holds(text, "{ if (!mutation::mutant_is(1)) { if (!mutation::mutant_is(3)) co_await second(); } }"));
  CHECK(count("swap", coroutine_of("a = b;\nc = d;")) == 0);
  CHECK(count("swap", coroutine_of("const int a = co_await b();\nco_await c();")) == 0);
}

TEST_CASE("a condition becomes its contrary, and so does each comparison in it", "[mutation]") {
  CHECK(count("negate", coroutine_of("if (a == b) stop();")) == 1);
  CHECK(count("negate", coroutine_of("if (a == b && c) stop();")) == 2);
  CHECK(count("drop_operand", coroutine_of("if (a == b && c) stop();")) == 2);
  CHECK(holds(schemata(coroutine_of("if (a) stop();")), "if ((static_cast<bool>(a) != mutation::mutant_is(1)))"));
  CHECK(count("drop_operand", coroutine_of("if (!a && a.error().code == b) stop();")) == 1);
  CHECK(count("boundary", coroutine_of("for (int i = 0; i < max; ++i) stop();")) == 1);
  CHECK(count("boundary", coroutine_of("std::vector<int> numbers;")) == 0);
}

TEST_CASE("a state becomes its neighbour, but not in a label", "[mutation]") {
  CHECK(holds(schemata(coroutine_of("state = State::gone;")),
              "state = (mutation::mutant_is(2) ? State::off : State::gone);"));
  const std::string text =
      coroutine_of("switch (state) {\ncase State::off:\nturn_on();\nbreak;\ncase State::on:\nturn_off();\n}");
  CHECK(count("neighbour", text) == 0);
  CHECK(count("case", text) == 2);
  CHECK(holds(schemata(text), "mutation::mutant_is(1) && state == State::off ? State::on : "));
}

TEST_CASE("labels that share their code are one case", "[mutation]") {
  CHECK(count("case", coroutine_of("switch (a) {\ncase 1:\ncase 2:\nthrow A();\ndefault:\nthrow B();\n}")) == 0);
}

TEST_CASE("a save loses its guard", "[mutation]") {
  CHECK(holds(schemata(coroutine_of("co_await call.save(a, b, c, State::on);")), "c, mutation::guard_unless(2, "));
  CHECK(count("drop_guard", coroutine_of("co_await call.save(a, b(x, y), c, State::on);")) == 1);
  CHECK(count("drop_guard", coroutine_of("co_await call.save(a, b(x, y), c);")) == 0);
}

TEST_CASE("a handler lets go on what it caught, unless it does so anyway", "[mutation]") {
  CHECK(holds(schemata(coroutine_of("try {\nco_await a();\n} catch (const E&) {\n// nothing\n}")),
              "catch (const E&) { if (mutation::mutant_is(2)) throw;"));
  CHECK(count("drop_catch", coroutine_of("try {\nco_await a();\n} catch (const E&) {\nthrow;\n}")) == 0);
}

TEST_CASE("what ends a function that gives a value stays", "[mutation]") {
  const std::string text = "int f() {\nif (a) return 1;\nreturn 2;\n}\n";
  CHECK(count("drop_leave", text) == 1);
  CHECK(count("drop_throw", "int f() {\nthrow A();\n}\n") == 0);
  CHECK(count("drop_throw", "[[noreturn]] void f() {\nif (a) throw A();\nthrow B();\n}\n") == 0);
  CHECK(count("drop_throw", coroutine_of("throw A();")) == 1);
}

TEST_CASE("what is only told is counted apart", "[mutation]") {
  const std::string text = coroutine_of("journal_.log(call.context, 1);");
  CHECK(count("log", text) == 1);
  CHECK(mutated(text).mutants.size() == 1);
  CHECK(count("log", coroutine_of("if (a == 1) {\njournal_.log(a);\n}")) == 3);
  CHECK(count("log", coroutine_of("const int took = now() - begun;\njournal_.log(took);")) == 1);
}

TEST_CASE("numbers, truths and times change", "[mutation]") {
  CHECK(holds(schemata(coroutine_of("for (int i = 1;; ++i) stop();")), "int i = (mutation::mutant_is(1) ? 1 + 1 : 1)"));
  CHECK(count("flip", coroutine_of("done = true;")) == 1);
  CHECK(count("delay", coroutine_of("co_await sleep(500ms);")) == 1);
  CHECK(count("off_by_one", coroutine_of("fail(Failure{FailureKind::http, 0, 0, status});")) == 0);
}

TEST_CASE("of two edits for the same piece the earlier is the outer one", "[mutation]") {
  CHECK(edited("abc", {{1, 2, "(", ")", false}, {1, 2, "[", "]", false}}) == "a([b])c");
  CHECK(edited("abc", {{1, 2, "(", ")", false}, {0, 3, "[", "]", false}}) == "[a(b)c]");
  CHECK(edited("abc", {{0, 3, "[", "]", false}, {0, 1, "x", "", true}}) == "[xbc]");
}

}  // namespace
}  // namespace snapsim::mutation
