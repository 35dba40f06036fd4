#pragma once

#include <string>
#include <vector>

namespace snapsim {

/// A file of the reference: its name within its folder, and its text in Markdown.
struct ReferencePage {
  std::string file;
  std::string text;
};

/// A page for each fault point, named after it, and README.md, which lists them. What a page says of outcomes comes
/// from runs that are made for it.
std::vector<ReferencePage> fault_pages();

/// The same for each invariant.
std::vector<ReferencePage> invariant_pages();

}  // namespace snapsim
