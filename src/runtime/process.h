#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/function.h"
#include "core/result.h"

namespace tandem::runtime {

class Shard;

/// How a program ended.
struct ProcessExit {
  int code = 0;            // when it exited
  int signal = 0;          // when a signal ended it, else 0
  bool timed_out = false;  // it was killed for taking too long
  bool ok() const { return code == 0 && signal == 0 && !timed_out; }
};

/// One child process with its standard streams, driven by a shard: espeak-ng, ffmpeg, ghostscript.
/// Used on the shard's thread. Destroyed, it kills the program.
class Process {
 public:
  struct Options {
    /// The program (looked up in PATH unless it has a slash) and its arguments; no shell.
    std::vector<std::string> command;
    std::chrono::milliseconds timeout{60'000};
    /// Input that waits for the program to read it; above it write() refuses.
    size_t max_queued_input = 4 << 20;
  };
  /// Called on the shard; may destroy the Process. Output comes in pieces of up to 64 KB.
  struct Listener {
    std::function<void(std::string_view piece)> on_output;
    std::function<void(std::string_view piece)> on_error_output;
    /// Once, when the program ended and all output was handed over.
    std::function<void(ProcessExit exit)> on_exit;
  };

  /// Starts it, or says why that is impossible ("ffmpeg is not installed").
  static Result<std::unique_ptr<Process>> start(Shard& shard, Options options, Listener listener);
  ~Process();

  /// Appends to its standard input. False when too much waits, or it no longer reads.
  bool write(std::string_view bytes);
  /// Bytes that wait to be read by the program.
  size_t queued_input() const;
  /// End of its input, after what waits.
  void close_input();
  /// Holds back its output, and so in the end the program; or lets it go on.
  void pause_output(bool paused);
  /// SIGKILL; on_exit follows.
  void kill();
  int pid() const;

 private:
  struct Impl;
  explicit Process(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// What a program that ran to its end left behind.
struct ProcessOutput {
  ProcessExit exit;
  std::string output;
  std::string error_output;  // its first 64 KB
};

/// Runs a program from start to end: feeds `input`, collects the output. Fails when it cannot be
/// started or puts out more than `max_output_bytes`.
void run_process(Shard& shard, Process::Options options, std::string input, size_t max_output_bytes,
                 UniqueFunction<void(Result<ProcessOutput>)> done);

}  // namespace tandem::runtime
