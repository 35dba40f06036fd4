#include <fmt/format.h>

#include "sim/explain/report.hpp"
#include "sim/explain/story_facts.hpp"
#include "sim/report/mermaid.hpp"
#include "sim/report/text.hpp"

namespace snapsim {
namespace {

/// Who does what the line tells, and to whom.
struct Arrow {
  const char* from = "";
  const char* to = "";
};

Arrow arrow_of(const StoryEvent& each) {
  using enum EventKind;
  switch (each.event.kind) {
    case api_create_image:
    case api_create_backup:
    case api_other_action:
    case api_delete:
      return {"client", "api"};
    case api_action_answered:
    case api_delete_answered:
    case api_http_exception:
      return {"api", "client"};
    case glance_create:
      return {"api", "glance"};
    case glance_show:
    case glance_update:
    case glance_upload:
    case glance_list:
      return {"compute", "glance"};
    case glance_delete:
      return {each.is_foreign ? "client" : "compute", "glance"};
    case beginning_cold_snapshot:
    case beginning_live_snapshot:
      return {"compute", "libvirt"};
    case vm_lifecycle:
      return {"libvirt", "compute"};
    default:
      break;
  }
  switch (each.side) {
    case Side::nova_api:
      return {"api", "api"};
    case Side::glance_api:
      return {"glance", "glance"};
    default:
      return {"compute", "compute"};
  }
}

}  // namespace

void write_explanation_mermaid(const LogBook& book, const std::vector<ExplainedStory>& stories, std::ostream& out) {
  constexpr std::size_t text_max = 160;
  for (const ExplainedStory& explained : stories) {
    out << "sequenceDiagram\n  title " << mermaid_escaped(explained.story.request) << '\n'
        << "  participant client\n  participant api as nova-api\n  participant compute as nova-compute\n"
        << "  participant libvirt\n  participant glance as glance-api\n";
    std::size_t written = 0;
    for (const StoryEvent& each : explained.story.events) {
      if (event_info(each.event.kind).step.empty()) continue;
      const Arrow arrow = arrow_of(each);
      const std::string line = fmt::format("  {}->>{}: {}\n", arrow.from, arrow.to,
                                           mermaid_escaped(shortened(visible(step_text(book, each)), text_max)));
      written += line.size();
      constexpr std::size_t reserved = 4096;
      if (written + reserved > mermaid_bytes_max) {
        out << "  note over client,glance: the rest is left out\n";
        break;
      }
      out << line;
    }
    const std::string& name = explained.diagnosis.causes.front().name;
    out << "  note over client,glance: "
        << mermaid_escaped("likely cause: " + (name.empty() ? std::string("nothing went wrong") : name)) << '\n';
  }
}

}  // namespace snapsim
