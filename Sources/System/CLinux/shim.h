#ifndef CONSULT_CLINUX_SHIM_H
#define CONSULT_CLINUX_SHIM_H

// Linux's event, thread and process interfaces that Swift's Glibc module leaves out.

#include <linux/memfd.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <spawn.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/// Names the calling thread for `top` and debuggers; at most 15 bytes are kept.
static inline void cl_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

/// Asks that the calling thread be run for so many nanoseconds at a time, and therefore soon after it has something to do
/// (sched_setattr(2): since Linux 6.12 for ordinary threads, without privileges; older ones refuse or ignore it).
static inline int cl_run_in_slices(unsigned long long nanoseconds) {
  struct {
    unsigned int size, policy;
    unsigned long long flags;
    int nice;
    unsigned int priority;
    unsigned long long runtime, deadline, period;
  } wanted = {.size = sizeof wanted, .nice = getpriority(PRIO_PROCESS, 0), .runtime = nanoseconds};
  return (int)syscall(SYS_sched_setattr, 0, &wanted, 0u);
}

// Declared in spawn.h for programs that ask for more than POSIX.
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *, const char *);

/// Lets the new process start in `folder`.
static inline int cl_spawn_in(posix_spawn_file_actions_t *actions, const char *folder) {
  return posix_spawn_file_actions_addchdir_np(actions, folder);
}

extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *, int);

/// Closes every descriptor from `lowest` on in the child: what it inherits it keeps open when its parent has died, a port
/// that is listened on included.
static inline int cl_spawn_close_from(posix_spawn_file_actions_t *actions, int lowest) {
  return posix_spawn_file_actions_addclosefrom_np(actions, lowest);
}

#ifndef __USE_GNU
// Declared in sys/socket.h for programs that ask for more than POSIX.
struct mmsghdr {
  struct msghdr msg_hdr;
  unsigned int msg_len;
};
extern int recvmmsg(int, struct mmsghdr *, unsigned int, int, struct timespec *);
#endif

/// Bytes of what the kernel tells beside datagrams: their time of arrival (SO_TIMESTAMPNS), and how long each of them is (UDP_GRO).
enum { cl_control_space = CMSG_SPACE(sizeof(struct timespec)) + CMSG_SPACE(sizeof(int)) };

/// Lets the kernel say when datagrams arrived.
static inline int cl_tell_arrivals(int socket) {
  int on = 1;
  return setsockopt(socket, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

/// The time of arrival by the wall clock, in nanoseconds; 0 where the kernel told none.
static inline long long cl_arrival(struct msghdr *message) {
  for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c))
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS) {
      struct timespec time;
      memcpy(&time, CMSG_DATA(c), sizeof time);
      return time.tv_sec * 1000000000ll + time.tv_nsec;
    }
  return 0;
}

/// Lets the kernel hand over datagrams of one size that came together as one message (UDP_GRO, since Linux 5.0).
static inline int cl_take_segments(int socket) {
  int on = 1;
  return setsockopt(socket, IPPROTO_UDP, UDP_GRO, &on, sizeof on);
}

/// Bytes of each datagram that a message consists of, the last one perhaps shorter; 0 where it is one datagram.
static inline int cl_segment(struct msghdr *message) {
  for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c))
    if (c->cmsg_level == IPPROTO_UDP && c->cmsg_type == UDP_GRO) {
      int segment;
      memcpy(&segment, CMSG_DATA(c), sizeof segment);
      return segment > 0 ? segment : 0;
    }
  return 0;
}

/// Sends datagrams of `segment` bytes each, the last one perhaps shorter, to a connected peer in one call (UDP_SEGMENT).
static inline ssize_t cl_send_segments(int socket, struct iovec *parts, size_t count, unsigned short segment) {
  char control[CMSG_SPACE(sizeof segment)];
  memset(control, 0, sizeof control);
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = count, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *c = CMSG_FIRSTHDR(&message);
  c->cmsg_level = IPPROTO_UDP;
  c->cmsg_type = UDP_SEGMENT;
  c->cmsg_len = CMSG_LEN(sizeof segment);
  memcpy(CMSG_DATA(c), &segment, sizeof segment);
  return sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/// Asks the processor for lines of memory that will be looked at soon: each run is the address of its first line, with the number of lines in
/// the low six bits. An address that is none does no harm.
static inline void cl_fetch(const unsigned long *runs, long count) {
  for (long i = 0; i < count; i++) {
    const char *line = (const char *)(runs[i] & ~63ul);
    for (unsigned long left = runs[i] & 63; left > 0; left--, line += 64) __builtin_prefetch(line, 1, 3);
  }
}

// Declared in sys/mman.h for programs that ask for more than POSIX.
extern int memfd_create(const char *, unsigned int);

/// A file without a name in memory, for this program alone; -1 where there is none.
static inline int cl_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

#endif
