#include <atomic>
#include <csignal>
#include <functional>
#include <stdexcept>

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/postgres/connection.h"
#include "store/testing.h"

namespace tandem::store::testing {
namespace {

constexpr const char* kPrograms = "/usr/lib/postgresql/15/bin/";
constexpr std::string_view kReady = "ready to accept connections";

void require(bool fine, const char* what) {
  if (!fine) throw std::runtime_error(std::string("the test's PostgreSQL: ") + what);
}

/// Starts a program; what it writes comes out of `output`. PostgreSQL refuses to run as root, so
/// its own user runs it then. It ends with this process, however that ends.
pid_t start(const std::vector<std::string>& command, const struct passwd* user, int& output) {
  int ends[2];
  require(::pipe2(ends, O_CLOEXEC) == 0, "pipe");
  const pid_t child = ::fork();
  require(child >= 0, "fork");
  if (child == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::dup2(ends[1], STDERR_FILENO);
    if (user != nullptr && (::initgroups(user->pw_name, user->pw_gid) != 0 ||
                            ::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0)) {
      ::_exit(126);
    }
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (::chdir("/") != 0) ::_exit(126);
    std::vector<char*> arguments;
    for (const std::string& part : command) arguments.push_back(const_cast<char*>(part.c_str()));
    arguments.push_back(nullptr);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  output = ends[0];
  return child;
}

/// Reads until `text` was written; whether it was.
bool read_until(int output, std::string_view text) {
  std::string all;
  char buffer[4096];
  while (all.find(text) == std::string::npos) {
    const ssize_t got = ::read(output, buffer, sizeof buffer);
    if (got <= 0) return false;
    all.append(buffer, static_cast<size_t>(got));
  }
  return true;
}

class Server {
 public:
  Server() {
    const struct passwd* user = nullptr;
    if (::geteuid() == 0) {
      user = ::getpwnam("postgres");
      require(user != nullptr, "no user postgres");
      require(::chown(directory_.path().c_str(), user->pw_uid, user->pw_gid) == 0, "chown");
    }
    const std::string data = directory_.path("data");
    int output = -1;
    const pid_t init = start({kPrograms + std::string("initdb"), "-D", data, "-U", "tandem", "-A",
                              "trust", "-E", "UTF8", "--locale=C", "--no-sync"},
                             user, output);
    read_until(output, std::string_view("\0", 1));
    ::close(output);
    int status = 0;
    require(::waitpid(init, &status, 0) == init && status == 0, "initdb");
    // Nothing here outlives the test: no need to sync.
    process_ = start({kPrograms + std::string("postgres"), "-D", data, "-k", directory_.path(),
                      "-c", "listen_addresses=", "-c", "fsync=off", "-c", "log_checkpoints=off",
                      "-c", "log_min_messages=log", "-c", "max_connections=200"},
                     user, output_);
    require(read_until(output_, kReady), "it does not start");
  }

  ~Server() {
    ::kill(process_, SIGQUIT);
    ::waitpid(process_, nullptr, 0);
    ::close(output_);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::string conninfo(const std::string& database) const {
    return "host=" + directory_.path() + " user=tandem dbname=" + database;
  }

 private:
  TemporaryDirectory directory_;
  pid_t process_ = -1;
  int output_ = -1;
};

const Server& server() {
  static const Server kServer;
  return kServer;
}

void execute(const std::string& sql) {
  auto connection = postgres::Connection::open(server().conninfo("postgres"));
  require(connection.has_value(), "no connection");
  const postgres::Answer answer = (*connection)->execute(sql);
  require(answer.ok(), answer.message().c_str());
}

}  // namespace

PostgresPlace::PostgresPlace() {
  static std::atomic<int> last = 0;
  name_ = "place" + std::to_string(++last);
  execute("CREATE DATABASE " + name_);
}

PostgresPlace::~PostgresPlace() { execute("DROP DATABASE " + name_ + " WITH (FORCE)"); }

std::string PostgresPlace::conninfo() const { return server().conninfo(name_); }

}  // namespace tandem::store::testing
