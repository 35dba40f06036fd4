// snapsim_mutants TREE OUT FILE...: writes the sources FILE... of TREE into OUT with all their mutants in them, each
// behind a switch, and OUT/mutant_table.cpp, which lists them.

#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>

#include <fmt/format.h>

#include "tests/mutation/mutants.hpp"

namespace snapsim::mutation {
namespace {

namespace fs = std::filesystem;

/// Whose values say what is done, and not only what is told.
constexpr std::array<std::string_view, 2> files_with_states = {"sim/nova/states.hpp", "sim/nova/vocabulary.hpp"};

std::string text_of_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

std::string table_text(const std::vector<Mutant>& mutants) {
  std::string text =
      "#include \"tests/mutation/mutant_table.hpp\"\n\n#include <array>\n\nnamespace snapsim::mutation {\n\n"
      "std::span<const MutantInfo> mutant_table() {\n  static constexpr MutantInfo table[] = {\n";
  for (const Mutant& mutant : mutants) {
    text += fmt::format("      {{{}, \"{}\", \"{}\", {}, R\"~({})~\"}},\n", mutant.number, mutant.kind, mutant.file,
                        mutant.line, mutant.change);
  }
  return text + "  };\n  return table;\n}\n\n}  // namespace snapsim::mutation\n";
}

void generate(const fs::path& tree, const fs::path& out, const std::vector<std::string>& files) {
  Enumerations enumerations;
  for (const std::string_view file : files_with_states) {
    const Source source{std::string(file), text_of_file(tree / file)};
    read_enumerations(source, enumerations);
  }
  std::vector<Mutant> all;
  for (const std::string& file : files) {
    const Source source(file, text_of_file(tree / file));
    MutatedSource mutated = mutate(source, enumerations, static_cast<int>(all.size()) + 1);
    write_file(out / file, "#include \"tests/mutation/active_mutant.hpp\"\n" + edited(source.text, mutated.edits));
    all.insert(all.end(), mutated.mutants.begin(), mutated.mutants.end());
  }
  write_file(out / "mutant_table.cpp", table_text(all));
}

}  // namespace
}  // namespace snapsim::mutation

int main(int argc, char** argv) try {
  if (argc < 4) throw std::runtime_error("usage: snapsim_mutants TREE OUT FILE...");
  snapsim::mutation::generate(argv[1], argv[2], {argv + 3, argv + argc});
  return 0;
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
