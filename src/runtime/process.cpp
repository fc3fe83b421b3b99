#include "runtime/process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/assert.h"
#include "runtime/poller.h"
#include "runtime/shards.h"
#include "runtime/socket.h"

extern char** environ;

namespace tandem::runtime {

namespace {

constexpr size_t kPieceBytes = 64 * 1024;
constexpr size_t kMaxErrorOutputBytes = 64 * 1024;
/// How often a killed program that nobody waits for any more is looked after.
constexpr std::chrono::milliseconds kReapInterval{20};

struct Pipe {
  UniqueFd read_end, write_end;
  static Pipe make() {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) return {};
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
  }
};

void set_non_blocking(int fd) { ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK); }

/// Attributes of a child: a process group of its own, and no signals ignored or blocked.
struct SpawnSettings {
  SpawnSettings() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    sigset_t set;
    sigemptyset(&set);
    posix_spawnattr_setsigmask(&attributes, &set);
    sigaddset(&set, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes, &set);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
};

}  // namespace

struct Process::Impl {
  enum class Kind : uint8_t { Input, Output, ErrorOutput, Exit };

  /// One descriptor in the poller, level-triggered.
  struct Channel final : Watcher {
    Channel(Impl& o, Kind k) : owner(o), kind(k) {}
    void on_ready(uint32_t /*events*/) override { owner.on_channel(*this); }
    void watch(uint32_t events) {
      if (!watched && fd) watched = owner.shard.poller().add(fd.get(), *this, events);
    }
    void unwatch() {
      if (std::exchange(watched, false)) owner.shard.poller().remove(fd.get(), *this);
    }
    void close() {
      unwatch();
      fd.reset();
    }
    Impl& owner;
    const Kind kind;
    UniqueFd fd;
    bool watched = false;
  };

  Impl(Shard& s, Options o, Listener l) : shard(s), options(std::move(o)), listener(std::move(l)) {}
  ~Impl();

  Result<void> spawn();
  void on_channel(Channel& channel);
  bool write_some();
  bool read_some(Channel& channel);
  void collect_exit();
  void finish_if_over();
  void kill_group() const {
    if (!collected) ::kill(-pid, SIGKILL);
  }

  Shard& shard;
  Options options;
  Listener listener;
  pid_t pid = -1;
  Channel input{*this, Kind::Input};
  Channel output{*this, Kind::Output};
  Channel error_output{*this, Kind::ErrorOutput};
  Channel ending{*this, Kind::Exit};
  std::string pending;
  bool input_ends = false;
  bool paused = false;
  bool collected = false;  // the exit status was fetched
  bool told = false;
  ProcessExit exit;
  TimerId timer = 0;
  std::shared_ptr<int> life = std::make_shared<int>(0);
};

Process::Impl::~Impl() {
  shard.cancel(timer);
  for (Channel* channel : {&input, &output, &error_output, &ending}) channel->close();
  if (pid < 0 || collected) return;
  kill_group();
  ::waitpid(pid, nullptr, 0);
}

Result<void> Process::Impl::spawn() {
  TANDEM_ASSERT(!options.command.empty());
  Pipe in = Pipe::make();
  Pipe out = Pipe::make();
  Pipe err = Pipe::make();
  if (!in.read_end || !out.read_end || !err.read_end) {
    return fail("cannot make pipes: " + errno_text(errno));
  }
  SpawnSettings settings;
  posix_spawn_file_actions_adddup2(&settings.actions, in.read_end.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&settings.actions, out.write_end.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&settings.actions, err.write_end.get(), STDERR_FILENO);
  std::vector<char*> arguments;
  for (std::string& word : options.command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int error = ::posix_spawnp(&pid, arguments[0], &settings.actions, &settings.attributes,
                                   arguments.data(), environ);
  if (error != 0) {
    pid = -1;
    return fail(error == ENOENT ? options.command[0] + " is not installed"
                                : "cannot start " + options.command[0] + ": " + errno_text(error));
  }
  input.fd = std::move(in.write_end);
  output.fd = std::move(out.read_end);
  error_output.fd = std::move(err.read_end);
  // glibc 2.36 declares pidfd_open() without C linkage.
  ending.fd.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!ending.fd) return fail("cannot watch a process: " + errno_text(errno));
  for (const Channel* channel : {&input, &output, &error_output}) {
    set_non_blocking(channel->fd.get());
  }
  output.watch(EPOLLIN);
  error_output.watch(EPOLLIN);
  ending.watch(EPOLLIN);
  timer = shard.after(options.timeout, [this] {
    exit.timed_out = true;
    kill_group();
  });
  return {};
}

void Process::Impl::on_channel(Channel& channel) {
  const std::weak_ptr<int> alive = life;
  switch (channel.kind) {
    case Kind::Input:
      write_some();
      return;
    case Kind::Exit:
      collect_exit();
      break;
    default:
      read_some(channel);
      break;
  }
  if (!alive.expired()) finish_if_over();
}

/// False when the program does not read any more.
bool Process::Impl::write_some() {
  while (!pending.empty()) {
    const ssize_t count = ::write(input.fd.get(), pending.data(), pending.size());
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
      input.watch(EPOLLOUT);
      return true;
    }
    if (count < 0) {
      pending.clear();
      input.close();
      return false;
    }
    pending.erase(0, static_cast<size_t>(count));
  }
  input.unwatch();
  if (input_ends) input.close();
  return true;
}

/// Hands over one piece; false when there is none now. The Process may be gone afterwards.
bool Process::Impl::read_some(Channel& channel) {
  if (!channel.fd) return false;
  std::array<char, kPieceBytes> piece;
  const ssize_t count = ::read(channel.fd.get(), piece.data(), piece.size());
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (count <= 0) {
    channel.close();
    return false;
  }
  const auto& hear = channel.kind == Kind::Output ? listener.on_output : listener.on_error_output;
  if (hear) hear(std::string_view(piece.data(), static_cast<size_t>(count)));
  return true;
}

void Process::Impl::collect_exit() {
  int status = 0;
  if (::waitpid(pid, &status, WNOHANG) != pid) return;
  collected = true;
  ending.close();
  input.close();
  if (WIFEXITED(status)) exit.code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) exit.signal = WTERMSIG(status);
}

/// Once it ended: takes the rest of the output, then tells. Something it started may keep the
/// pipes open, so their end is not waited for.
void Process::Impl::finish_if_over() {
  if (!collected || paused || told) return;
  const std::weak_ptr<int> alive = life;
  for (Channel* channel : {&output, &error_output}) {
    while (read_some(*channel)) {
      if (alive.expired() || paused) return;
    }
    channel->close();
  }
  told = true;
  shard.cancel(timer);
  const auto tell = std::move(listener.on_exit);
  if (tell) tell(exit);
}

Process::Process(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Process::~Process() {
  if (!impl_ || impl_->collected) return;
  // Killed, it ends soon; until then a timer owns what is left, so that the shard need not wait.
  impl_->listener = {};
  impl_->life.reset();
  impl_->kill_group();
  struct Reaper {
    std::unique_ptr<Impl> impl;
    void operator()() {
      impl->collect_exit();
      if (impl->collected) return;
      Shard& shard = impl->shard;
      shard.after(kReapInterval, std::move(*this));
    }
  };
  Shard& shard = impl_->shard;
  if (shard.on_this_thread()) shard.after(kReapInterval, Reaper{std::move(impl_)});
}

Result<std::unique_ptr<Process>> Process::start(Shard& shard, Options options, Listener listener) {
  TANDEM_ASSERT(shard.on_this_thread());
  auto impl = std::make_unique<Impl>(shard, std::move(options), std::move(listener));
  if (auto spawned = impl->spawn(); !spawned) return tl::unexpected(spawned.error());
  return std::unique_ptr<Process>(new Process(std::move(impl)));
}

bool Process::write(std::string_view bytes) {
  if (!impl_->input.fd || impl_->input_ends) return false;
  if (impl_->pending.size() + bytes.size() > impl_->options.max_queued_input) return false;
  impl_->pending.append(bytes);
  return impl_->write_some();
}

size_t Process::queued_input() const { return impl_->pending.size(); }

void Process::close_input() {
  impl_->input_ends = true;
  if (impl_->input.fd) impl_->write_some();
}

void Process::pause_output(bool paused) {
  impl_->paused = paused;
  if (paused) {
    impl_->output.unwatch();
    return;
  }
  impl_->output.watch(EPOLLIN);
  if (impl_->collected) {
    impl_->shard.post([alive = std::weak_ptr(impl_->life), impl = impl_.get()] {
      if (!alive.expired()) impl->finish_if_over();
    });
  }
}

void Process::kill() { impl_->kill_group(); }

int Process::pid() const { return impl_->pid; }

namespace {

/// A program that runs from start to end.
struct Run {
  std::unique_ptr<Process> process;
  ProcessOutput result;
  bool too_much = false;
  TimerId keeper = 0;
  UniqueFunction<void(Result<ProcessOutput>)> done;
};

void take_output(Run& run, std::string_view piece, size_t limit) {
  if (run.result.output.size() + piece.size() <= limit) {
    run.result.output.append(piece);
    return;
  }
  run.too_much = true;
  run.process->kill();
}

void end_run(Run& run, const ProcessExit& exit) {
  run.result.exit = exit;
  auto done = std::move(run.done);
  if (run.too_much) {
    done(fail("the program put out too much"));
  } else {
    done(std::move(run.result));
  }
}

}  // namespace

void run_process(Shard& shard, Process::Options options, std::string input, size_t max_output_bytes,
                 UniqueFunction<void(Result<ProcessOutput>)> done) {
  const auto run = std::make_shared<Run>();
  const std::weak_ptr<Run> weak = run;
  run->done = std::move(done);
  Process::Listener listener;
  listener.on_output = [weak, max_output_bytes](std::string_view piece) {
    if (const auto self = weak.lock()) take_output(*self, piece, max_output_bytes);
  };
  listener.on_error_output = [weak](std::string_view piece) {
    const auto self = weak.lock();
    if (!self) return;
    std::string& kept = self->result.error_output;
    kept.append(piece.substr(0, kMaxErrorOutputBytes - kept.size()));
  };
  listener.on_exit = [weak, &shard](ProcessExit exit) {
    const auto self = weak.lock();
    if (!self) return;
    shard.cancel(self->keeper);
    end_run(*self, exit);
  };
  options.max_queued_input = std::max(options.max_queued_input, input.size());
  const auto patience = options.timeout;
  auto started = Process::start(shard, std::move(options), std::move(listener));
  if (!started) {
    shard.post([run, error = started.error()] { run->done(tl::unexpected(error)); });
    return;
  }
  run->process = std::move(*started);
  run->process->write(input);
  run->process->close_input();
  // The timer owns the run; a program that is killed ends well before it is due.
  run->keeper = shard.after(patience * 2 + std::chrono::seconds(60), [run] {});
}

}  // namespace tandem::runtime
