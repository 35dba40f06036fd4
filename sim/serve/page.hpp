#pragma once

namespace httplib {
class Server;
}

namespace snapsim {

/// The page at "/", which shows the cloud as it is and lets one act on it. All that it needs is in the program.
void mount_page(httplib::Server& server);

}  // namespace snapsim
