// The limit that HTTP figures are held against: an epoll loop that answers every request head with
// the same bytes and looks at nothing else. Usage: bare_http PORT

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr int kMaxEvents = 256;
constexpr size_t kBufferBytes = 64 * 1024;

std::string fixed_answer() {
  const std::string body(400, 'x');
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

int listen_on(uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(fd, SOMAXCONN) != 0) {
    std::perror("bare_http");
    std::exit(1);
  }
  return fd;
}

void watch(int epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

void accept_all(int epoll, int listener) {
  for (;;) {
    const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
    if (fd < 0) return;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(epoll, fd);
  }
}

/// Answers as many heads as arrived; false when the peer is gone.
bool serve(int fd, const std::string& answer) {
  static char buffer[kBufferBytes];
  const ssize_t got = recv(fd, buffer, sizeof buffer, 0);
  if (got <= 0) return false;
  std::string out;
  std::string_view rest(buffer, static_cast<size_t>(got));
  for (size_t end; (end = rest.find("\r\n\r\n")) != std::string_view::npos;) {
    out += answer;
    rest.remove_prefix(end + 4);
  }
  return send(fd, out.data(), out.size(), MSG_NOSIGNAL) >= 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::string answer = fixed_answer();
  const int listener = listen_on(static_cast<uint16_t>(std::atoi(argv[1])));
  const int epoll = epoll_create1(0);
  watch(epoll, listener);
  std::vector<epoll_event> events(kMaxEvents);
  for (;;) {
    const int n = epoll_wait(epoll, events.data(), kMaxEvents, -1);
    for (int i = 0; i < n; ++i) {
      const int fd = events[static_cast<size_t>(i)].data.fd;
      if (fd == listener) {
        accept_all(epoll, listener);
      } else if (!serve(fd, answer)) {
        close(fd);
      }
    }
  }
}
